import { createHash } from "node:crypto";
import { closeSync, createWriteStream, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { TAR_END, tarHeader, tarPadding } from "../core/tar.ts";
import { realFiles } from "./real_files.ts";

/** Packs files into one compressed archive, part by part, and whole or not at all: the same files give the same bytes. */
export interface PackedFile {
  /** In the archive. */
  readonly path: string;
  /** On the disk, or the bytes themselves. */
  readonly from: string | Uint8Array;
}

const PART_BYTES = 1 << 20;

/** Gives the archive's SHA-256. There must be nothing at `target` yet. */
export async function packFiles(
  target: string,
  files: readonly PackedFile[],
  options: { readonly modifiedTs: number; readonly onProgress: (bytes: number) => void },
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const partial = `${target}.tmp`;
  const hash = createHash("sha256");
  let bytes = 0;
  const hashed = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const parts = Readable.from(archive(files, options), { objectMode: false });
    await pipeline(parts, createGzip(), hashed, createWriteStream(partial, { flags: "wx" }));
  } catch (error) {
    if ((error as { readonly code?: string }).code !== "EEXIST") rmSync(partial, { force: true });
    throw error;
  }
  sync(partial);
  renameSync(partial, target);
  sync(dirname(target));
  return { sha256: hash.digest("hex"), bytes };
}

function* archive(
  files: readonly PackedFile[],
  { modifiedTs, onProgress }: { readonly modifiedTs: number; readonly onProgress: (bytes: number) => void },
): Generator<Uint8Array> {
  let taken = 0;
  for (const { path, from } of files) {
    const size = typeof from === "string" ? realFiles.size(from) : from.length;
    yield tarHeader(path, size, modifiedTs);
    for (let offset = 0; offset < size; offset += PART_BYTES) {
      const length = Math.min(PART_BYTES, size - offset);
      const part = typeof from === "string"
        ? realFiles.readPart(from, offset, length)
        : from.subarray(offset, offset + length);
      if (part.length !== length) throw new Error(`${path} has become shorter while it was packed`);
      yield part;
      onProgress(taken += length);
    }
    yield tarPadding(size);
  }
  yield TAR_END;
}

function sync(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
