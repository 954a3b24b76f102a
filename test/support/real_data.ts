import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * Recordings and reference values that lie beside the project, used in place: ../shared/realdata from its root.
 */
const ROOT = new URL("../../../shared/realdata/", import.meta.url);

/** The text of a file (unpacked where its name ends in .gz), or null, said on stdout, where it is missing. */
export function realData(path: string): string | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(new URL(path, ROOT));
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    console.log(`skipped: no ../shared/realdata/${path}`);
    return null;
  }
  return new TextDecoder().decode(path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}
