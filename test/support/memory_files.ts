import type { AppendHandle, Files } from "../../src/core/ports.ts";
import type { Random } from "../../src/core/random.ts";
import { disordered } from "./disordered_write.ts";
import { NameLog } from "./name_log.ts";

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
  /** What a sync that fails does to what was written since the last one: it stays, is gone, or is NULs now. */
  failedSync: "kept" | "cut" | "holed";
  text(path: string): string;
  /**
   * The same disk when the power has come back: of every file the bytes that were synced, under the name that its
   * synced folder knew. A folder in the root is a mount point, which is always there.
   */
  afterPowerLoss(): MemoryFiles;
  /**
   * The same where the disk had begun to write what nobody had synced, in an order of its own: of every file any of
   * its sectors, of every folder any of its changes that do not hang on one that is lost.
   */
  afterDisorder(random: Random): MemoryFiles;
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

/** `lying`: what is on the disk already, synced long ago. */
export function memoryFiles(lying: ReadonlyMap<string, Uint8Array> = new Map()): MemoryFiles {
  const contents = new Contents();
  const folders = new Set<string>();
  const calls: string[] = [];
  const inodes = new Map<string, Inode>();
  let inodesMade = 0;
  const names = new NameLog<Inode>();

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
        try {
          called("sync", inode.path);
        } catch (error) {
          const { synced } = inode;
          const lost = need(inode.path).length - synced.length;
          if (files.failedSync === "cut") contents.set(inode.path, synced);
          if (files.failedSync === "holed") contents.set(inode.path, joined(synced, new Uint8Array(lost)));
          throw error;
        }
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
    failedSync: "kept",
    text: (path) => new TextDecoder().decode(need(path)),
    makeDirectory(path) {
      called("makeDirectory", path);
      for (let folder = path; folder !== "" && !folders.has(folder); folder = parentOf(folder)) {
        folders.add(folder);
        names.made(folder, null);
      }
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
      names.made(path, inodeAt(path));
    },
    append(path) {
      called("open", path);
      if (!contents.has(path)) {
        contents.set(path, new Uint8Array());
        names.made(path, inodeAt(path));
      }
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
      names.renamed(from, to, inode);
    },
    remove(path) {
      called("remove", path);
      contents.delete(path);
      inodes.delete(path);
      names.removed(path);
    },
    size: (path) => need(path).length,
    readPart: (path, offset, length) => need(path).slice(offset, offset + length),
    identity: (path) => contents.has(path) ? String(inodeAt(path).number) : null,
    syncDirectory(path) {
      called("syncDirectory", path);
      names.sync(path);
    },
    freeBytes(path) {
      called("freeBytes", path);
      return files.capacityBytes === null ? files.freeBytesNow : room();
    },
    afterPowerLoss: () =>
      memoryFiles(new Map([...names.durable()].map(([path, { synced }]) => [path, synced]))),
    afterDisorder(random) {
      // A file that lost its name is written no more: what matters of it was synced.
      const now = (inode: Inode) => inodes.get(inode.path) === inode ? need(inode.path) : inode.synced;
      const left = names.disordered(random);
      return memoryFiles(
        new Map([...left].map(([path, inode]) => [path, disordered(inode.synced, now(inode), random)])),
      );
    },
  };
  for (const [path, bytes] of lying) {
    contents.set(path, bytes);
    inodeAt(path).synced = bytes;
    names.lay(path, inodeAt(path));
    for (let folder = parentOf(path); folder !== ""; folder = parentOf(folder)) {
      folders.add(folder);
      names.lay(folder, null);
    }
  }
  return files;
}

/** The folder that a path lies in; the root is "". */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** How much of a buffer is in use: what is appended at that place moves nothing. */
const used = new WeakMap<ArrayBufferLike, number>();

/** `before` stays as it is; appending again and again costs no more than what is appended. */
function joined(before: Uint8Array, part: Uint8Array): Uint8Array {
  const start = before.byteOffset + before.length;
  const length = before.length + part.length;
  if (used.get(before.buffer) === start && start + part.length <= before.buffer.byteLength) {
    const after = new Uint8Array(before.buffer, before.byteOffset, length);
    after.set(part, before.length);
    used.set(before.buffer, start + part.length);
    return after;
  }
  const after = new Uint8Array(2 * length).subarray(0, length);
  after.set(before);
  after.set(part, before.length);
  used.set(after.buffer, length);
  return after;
}
