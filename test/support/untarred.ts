import { gunzipSync } from "node:zlib";

/** What lies in a compressed archive, in its order: path → bytes. Reads the form anew, and checks each header's sum. */
export function untarred(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const bytes = new Uint8Array(gunzipSync(archive));
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(from, from + length)).replace(/\0.*$/s, "");
  let at = 0;
  while (bytes[at] !== 0) {
    const size = parseInt(text(at + 124, 12), 8);
    const sum = bytes.subarray(at, at + 512).reduce(
      (total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte),
      0,
    );
    if (sum !== parseInt(text(at + 148, 8), 8)) throw new Error(`The header at ${at} has another sum`);
    const prefix = text(at + 345, 155);
    files.set(
      prefix === "" ? text(at, 100) : `${prefix}/${text(at, 100)}`,
      bytes.slice(at + 512, at + 512 + size),
    );
    at += 512 + Math.ceil(size / 512) * 512;
  }
  if (bytes.length !== at + 1024) throw new Error("Expected two empty blocks at the end");
  return files;
}
