import type { AppendHandle, Files } from "../../core/ports.ts";

/**
 * The file port of a process that dies at its n-th call that changes something: that call and all after it do not
 * happen, and what is on the disk then is what a reader sees. A sync is counted and not done: to a reader of the same
 * machine it changes nothing. So this cannot show the loss of pages that were never synced; the order of the calls
 * says whether they would have been.
 */
export interface DyingFiles extends Files {
  /** What was done, such as `rename /run/cursor.json.tmp`. */
  readonly calls: readonly string[];
  readonly isDead: boolean;
  /** The process is gone: what it held open is closed. */
  bury(): void;
}

export function dyingFiles(
  files: Files,
  options: { readonly dieAt: number; readonly writesHalf: boolean },
): DyingFiles {
  const calls: string[] = [];
  const open = new Set<AppendHandle>();
  let isDead = false;
  const live = <T>(call: string, path: string, work: () => T): T => {
    isDead ||= calls.length + 1 >= options.dieAt;
    if (isDead) throw new Error(`Died before ${call} ${path}`);
    calls.push(`${call} ${path}`);
    return work();
  };
  return {
    ...files,
    calls,
    get isDead() {
      return isDead;
    },
    makeDirectory: (path) => live("makeDirectory", path, () => files.makeDirectory(path)),
    writeNew: (path, data, more) => live("writeNew", path, () => files.writeNew(path, data, more)),
    rename: (from, to) => live("rename", from, () => files.rename(from, to)),
    remove: (path) => live("remove", path, () => files.remove(path)),
    syncDirectory: (path) => live("syncDirectory", path, () => {}),
    append: (path) =>
      live("open", path, () => {
        const handle = files.append(path);
        open.add(handle);
        return {
          write: (data) =>
            live("write", path, () =>
              handle.write(options.writesHalf ? data.subarray(0, Math.ceil(data.length / 2)) : data)),
          sync: () =>
            live("sync", path, () => {}),
          close() {
            if (open.delete(handle)) {
              handle.close();
            }
          },
        };
      }),
    bury() {
      for (const handle of open) handle.close();
      open.clear();
    },
  };
}
