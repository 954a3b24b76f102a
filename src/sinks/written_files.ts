import type { Files } from "../core/ports.ts";
import { BLOCK_BYTES, BlockHashes } from "./block_hashes.ts";

/**
 * The file port, with a memory of what goes through it into one folder: which file it was and what was written to it.
 * Nothing is kept but hashes, and what is done to the files past this port is not seen: that is what they are for.
 */
export interface WrittenFiles {
  readonly files: Files;
  readonly folder: string;
  /** Path → what must be there now. */
  readonly written: ReadonlyMap<string, WrittenFile>;
  /** The first file that was no longer what was written when the next version of it took its place; null for none. */
  readonly spoiled: string | null;
  /** Takes a file that was there before for written: who calls this has checked it. */
  take(path: string): void;
}

export interface WrittenFile {
  /** Of now: a rename keeps the rest. */
  readonly path: string;
  readonly identity: string | null;
  readonly hashes: BlockHashes;
}

export function rememberWrites(files: Files, folder: string): WrittenFiles {
  const written = new Map<string, WrittenFile & { path: string }>();
  let spoiled: string | null = null;

  const open = (path: string): WrittenFile => {
    const file = { path, identity: files.identity(path), hashes: new BlockHashes() };
    const bytes = files.size(path);
    while (file.hashes.bytes < bytes) {
      const part = files.readPart(path, file.hashes.bytes, Math.min(BLOCK_BYTES, bytes - file.hashes.bytes));
      if (part.length === 0) throw new Error(`${path} became shorter than ${bytes} bytes while it was read`);
      file.hashes.add(part);
    }
    written.set(path, file);
    return file;
  };

  /** The last moment at which a change by another can be seen: the rename would wipe it out. */
  const isAsWritten = ({ path, hashes }: WrittenFile) =>
    files.exists(path) && hashes.holdsAll(files.read(path));

  return {
    folder,
    written,
    get spoiled() {
      return spoiled;
    },
    take: (path) => void (written.has(path) || open(path)),
    files: {
      ...files,
      append(path) {
        const handle = files.append(path);
        if (!path.startsWith(`${folder}/`)) return handle;
        const { hashes } = written.get(path) ?? open(path);
        return {
          ...handle,
          write(data) {
            const count = handle.write(data);
            hashes.add(data.subarray(0, count));
            return count;
          },
        };
      },
      rename(from, to) {
        const before = written.get(to);
        if (before !== undefined && !isAsWritten(before)) spoiled ??= to;
        files.rename(from, to);
        const file = written.get(from);
        if (file === undefined) return;
        written.delete(from);
        file.path = to;
        written.set(to, file);
      },
      remove(path) {
        files.remove(path);
        written.delete(path);
      },
    },
  };
}
