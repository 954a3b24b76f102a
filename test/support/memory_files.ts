import type { Files } from "../../src/core/ports.ts";

/** The file port in memory: what was written and what was synced, and a fault at any call. */
export interface MemoryFiles extends Files {
  readonly contents: Map<string, Uint8Array>;
  /** Calls in order, such as `write /run/x.jsonl` or `sync /run/x.jsonl`. */
  readonly calls: string[];
  /** Asked before every call that changes something; a thrown error is the call's. A number: only so many bytes are written. */
  fault: ((call: string, path: string) => number | void) | null;
  freeBytesNow: number | null;
  text(path: string): string;
}

/** An error as the operating system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as if the system had said so`), { code });
}

export function memoryFiles(): MemoryFiles {
  const contents = new Map<string, Uint8Array>();
  const folders = new Set<string>();
  const calls: string[] = [];
  const need = (path: string): Uint8Array => {
    const bytes = contents.get(path);
    if (bytes === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return bytes;
  };
  const called = (call: string, path: string): number | void => {
    calls.push(`${call} ${path}`);
    return files.fault?.(call, path);
  };
  const files: MemoryFiles = {
    contents,
    calls,
    fault: null,
    freeBytesNow: null,
    text: (path) => new TextDecoder().decode(need(path)),
    makeDirectory: (path) => void folders.add(path),
    exists: (path) =>
      contents.has(path) || folders.has(path) ||
      [...contents.keys()].some((name) => name.startsWith(`${path}/`)),
    list(path) {
      const inside = [...contents.keys()].filter((name) => name.startsWith(`${path}/`));
      return [...new Set(inside.map((name) => name.slice(path.length + 1).split("/")[0]!))].sort();
    },
    read: (path) => need(path).slice(),
    writeNew(path, data) {
      called("writeNew", path);
      if (contents.has(path)) throw systemError("EEXIST");
      contents.set(path, data.slice());
    },
    append(path) {
      called("open", path);
      if (!contents.has(path)) contents.set(path, new Uint8Array());
      return {
        write(data) {
          const limit = called("write", path);
          const part = typeof limit === "number" ? data.subarray(0, limit) : data;
          contents.set(path, joined(need(path), part));
          return part.length;
        },
        sync: () => void called("sync", path),
        close: () => {},
      };
    },
    rename(from, to) {
      called("rename", from);
      contents.set(to, need(from));
      contents.delete(from);
    },
    remove(path) {
      called("remove", path);
      contents.delete(path);
    },
    size: (path) => need(path).length,
    syncDirectory: (path) => void called("syncDirectory", path),
    freeBytes: () => files.freeBytesNow,
  };
  return files;
}

function joined(before: Uint8Array, part: Uint8Array): Uint8Array {
  const after = new Uint8Array(before.length + part.length);
  after.set(before);
  after.set(part, before.length);
  return after;
}
