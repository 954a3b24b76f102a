import type { AppendHandle, Files } from "../../src/core/ports.ts";

/** The file port in memory: what was written, what of it a power loss leaves, and a fault at any call. */
export interface MemoryFiles extends Files {
  readonly contents: Map<string, Uint8Array>;
  /** Calls in order, such as `write /run/x.jsonl` or `sync /run/x.jsonl`. */
  readonly calls: string[];
  /** Asked before every call that changes something; a thrown error is the call's. A number: only so many bytes are written. */
  fault: ((call: string, path: string) => number | void) | null;
  freeBytesNow: number | null;
  /** What all files together may take: a write beyond it is cut short, the next one gets ENOSPC. null: no limit. */
  capacityBytes: number | null;
  text(path: string): string;
  /**
   * The same disk when the power has come back: of every file the bytes that were synced, under the name that its
   * synced folder knew. A folder in the root is a mount point, which is always there.
   */
  afterPowerLoss(): MemoryFiles;
}

/** An error as the operating system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as if the system had said so`), { code });
}

interface Inode {
  readonly number: number;
  path: string;
  synced: Uint8Array;
}

const NOTHING = new Uint8Array();

/** Path → bytes, which also knows what lies in each folder. */
class Contents extends Map<string, Uint8Array> {
  readonly #names = new Map<string, Set<string>>();

  override set(path: string, bytes: Uint8Array): this {
    for (let inner = path; inner !== ""; inner = parentOf(inner)) {
      const names = this.#namesIn(parentOf(inner));
      if (names.has(inner)) break;
      names.add(inner);
    }
    return super.set(path, bytes);
  }

  override delete(path: string): boolean {
    for (let inner = path; inner !== "" && !this.isFolder(inner); inner = parentOf(inner)) {
      this.#namesIn(parentOf(inner)).delete(inner);
    }
    return super.delete(path);
  }

  isFolder(path: string): boolean {
    return this.#namesIn(path).size > 0;
  }

  list(folder: string): readonly string[] {
    return [...this.#namesIn(folder)].map((path) => path.slice(folder.length + 1)).sort();
  }

  #namesIn(folder: string): Set<string> {
    const names = this.#names.get(folder) ?? new Set();
    this.#names.set(folder, names);
    return names;
  }
}

export function memoryFiles(): MemoryFiles {
  const contents = new Contents();
  const folders = new Set<string>();
  const calls: string[] = [];
  const inodes = new Map<string, Inode>();
  let inodesMade = 0;
  const durableInodes = new Map<string, Inode>();
  const durableFolders = new Set<string>();

  const need = (path: string): Uint8Array => {
    const bytes = contents.get(path);
    if (bytes === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return bytes;
  };
  const called = (call: string, path: string): number | void => {
    calls.push(`${call} ${path}`);
    return files.fault?.(call, path);
  };
  const inodeAt = (path: string): Inode => {
    const inode = inodes.get(path) ?? { number: ++inodesMade, path, synced: NOTHING };
    inodes.set(path, inode);
    return inode;
  };
  const room = (): number => {
    const { capacityBytes } = files;
    if (capacityBytes === null) return Infinity;
    return Math.max(capacityBytes - [...contents.values()].reduce((sum, { length }) => sum + length, 0), 0);
  };

  const handleOf = (inode: Inode): AppendHandle => {
    let isOpen = true;
    const open = () => {
      if (!isOpen) throw systemError("EBADF");
    };
    return {
      write(data) {
        open();
        const limit = Math.min(called("write", inode.path) ?? data.length, room());
        if (limit === 0 && data.length > 0) throw systemError("ENOSPC");
        const part = data.subarray(0, limit);
        contents.set(inode.path, joined(need(inode.path), part));
        return part.length;
      },
      sync() {
        open();
        called("sync", inode.path);
        inode.synced = need(inode.path);
      },
      close() {
        open();
        isOpen = false;
      },
    };
  };

  const files: MemoryFiles = {
    contents,
    calls,
    fault: null,
    freeBytesNow: null,
    capacityBytes: null,
    text: (path) => new TextDecoder().decode(need(path)),
    makeDirectory(path) {
      called("makeDirectory", path);
      for (let folder = path; folder !== ""; folder = parentOf(folder)) folders.add(folder);
    },
    exists: (path) => contents.has(path) || folders.has(path) || contents.isFolder(path),
    list: (path) => contents.list(path),
    read: (path) => need(path).slice(),
    writeNew(path, data) {
      called("writeNew", path);
      if (contents.has(path)) throw systemError("EEXIST");
      if (data.length > room()) throw systemError("ENOSPC");
      contents.set(path, data);
      inodeAt(path).synced = need(path);
    },
    append(path) {
      called("open", path);
      if (!contents.has(path)) contents.set(path, new Uint8Array());
      return handleOf(inodeAt(path));
    },
    rename(from, to) {
      called("rename", from);
      contents.set(to, need(from));
      contents.delete(from);
      const inode = inodeAt(from);
      inode.path = to;
      inodes.set(to, inode);
      inodes.delete(from);
    },
    remove(path) {
      called("remove", path);
      contents.delete(path);
      inodes.delete(path);
    },
    size: (path) => need(path).length,
    readPart: (path, offset, length) => need(path).slice(offset, offset + length),
    identity: (path) => contents.has(path) ? String(inodeAt(path).number) : null,
    syncDirectory(path) {
      called("syncDirectory", path);
      for (const name of durableInodes.keys()) if (parentOf(name) === path) durableInodes.delete(name);
      for (const [name, inode] of inodes) if (parentOf(name) === path) durableInodes.set(name, inode);
      for (const folder of folders) if (parentOf(folder) === path) durableFolders.add(folder);
    },
    freeBytes(path) {
      called("freeBytes", path);
      return files.capacityBytes === null ? files.freeBytesNow : room();
    },
    afterPowerLoss() {
      const after = memoryFiles();
      const isReached = (folder: string): boolean =>
        parentOf(folder) === "" || (durableFolders.has(folder) && isReached(parentOf(folder)));
      for (const [path, { synced }] of durableInodes) {
        if (isReached(parentOf(path))) after.contents.set(path, synced);
      }
      return after;
    },
  };
  return files;
}

/** The folder that a path lies in; the root is "". */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function joined(before: Uint8Array, part: Uint8Array): Uint8Array {
  const after = new Uint8Array(before.length + part.length);
  after.set(before);
  after.set(part, before.length);
  return after;
}
