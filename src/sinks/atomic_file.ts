import { sealArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";

const encoder = new TextEncoder();

/**
 * Replaces a file so that a reader sees the old bytes or the new ones, never a part: temporary file, write all,
 * fsync, rename, fsync of the folder. Without `sync` (virtual time) the order of the calls is the same.
 */
export function writeAtomic(
  files: Files,
  path: string,
  data: string | Uint8Array,
  options: { readonly sync: boolean } = { sync: true },
): void {
  const temporary = `${path}.tmp`;
  if (files.exists(temporary)) files.remove(temporary);
  const handle = files.append(temporary);
  try {
    let rest = typeof data === "string" ? encoder.encode(data) : data;
    while (rest.length > 0) rest = rest.subarray(handle.write(rest));
    if (options.sync) handle.sync();
  } finally {
    handle.close();
  }
  files.rename(temporary, path);
  if (options.sync) files.syncDirectory(path.slice(0, path.lastIndexOf("/")));
}

/** An atomic JSON artefact: `sha256` first, over the file itself. */
export function writeArtefact(
  files: Files,
  path: string,
  fields: Readonly<Record<string, unknown>>,
  options: { readonly sync: boolean } = { sync: true },
): void {
  writeAtomic(files, path, sealArtefact(fields), options);
}
