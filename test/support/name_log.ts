import type { Random } from "../../src/core/random.ts";

/** What the folders of a disk hold when the power is lost: every name as of its folder's last sync, or later. */
export class NameLog<Inode extends object> {
  readonly #synced = new Map<string, Inode | null>();
  #unsynced: readonly Change<Inode>[] = [];

  /** It was there before all else; null is a folder. */
  lay(path: string, inode: Inode | null): void {
    this.#synced.set(path, inode);
  }

  made(path: string, inode: Inode | null): void {
    this.#add([path], (names) => names.set(path, inode));
  }

  renamed(from: string, to: string, inode: Inode): void {
    this.#add([from, to], (names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  removed(path: string): void {
    this.#add([path], (names) => names.delete(path));
  }

  sync(folder: string): void {
    for (const { paths, make } of this.#unsynced) if (parentOf(paths[0]!) === folder) make(this.#synced);
    this.#unsynced = this.#unsynced.filter(({ paths }) => parentOf(paths[0]!) !== folder);
  }

  /** Files that the synced folders know. */
  durable(): ReadonlyMap<string, Inode> {
    return reachable(this.#synced);
  }

  /** The same with any of the later changes; one that hangs on a change that is lost is lost as well. */
  disordered(random: Random): ReadonlyMap<string, Inode> {
    const names = new Map(this.#synced);
    const lost = new Set<string>();
    const keptOfTen = random.below(11);
    for (const { paths, make } of this.#unsynced) {
      if (random.below(10) < keptOfTen && !paths.some((path) => lost.has(path))) make(names);
      else for (const path of paths) lost.add(path);
    }
    return reachable(names);
  }

  #add(paths: readonly string[], make: Change<Inode>["make"]): void {
    this.#unsynced = [...this.#unsynced, { paths, make }];
  }
}

interface Change<Inode> {
  /** The names that it touches, all in one folder. */
  readonly paths: readonly string[];
  readonly make: (names: Map<string, Inode | null>) => unknown;
}

/** A folder in the root is a mount point, which is always there. */
function reachable<Inode>(names: ReadonlyMap<string, Inode | null>): ReadonlyMap<string, Inode> {
  const isReached = (folder: string): boolean =>
    parentOf(folder) === "" || (names.has(folder) && isReached(parentOf(folder)));
  const files = new Map<string, Inode>();
  for (const [path, inode] of names) if (inode !== null && isReached(parentOf(path))) files.set(path, inode);
  return files;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
