import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { realData } from "./real_data.ts";

/** Texts that have broken other programs; none, said on stdout, where they are missing. */

const SUITE = "badinput/JSONTestSuite.tar.gz";
const BLOCK_BYTES = 512;

/** The files of the JSON test suite, as bytes: many are no UTF-8. */
export function jsonTestSuite(): readonly Uint8Array[] {
  if (realData(SUITE) === null) return [];
  const archive = gunzipSync(readFileSync(new URL(`../../../shared/realdata/${SUITE}`, import.meta.url)));
  const files: Uint8Array[] = [];
  for (let at = 0; at + BLOCK_BYTES <= archive.length;) {
    const field = (from: number, to: number) =>
      archive.toString("latin1", at + from, at + to).replace(/\0.*$/s, "");
    const size = parseInt(field(124, 136).trim() || "0", 8);
    const isFile = ["0", ""].includes(field(156, 157));
    const body = at + BLOCK_BYTES;
    if (isFile && field(0, 100) !== "") files.push(new Uint8Array(archive.subarray(body, body + size)));
    at = body + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return files;
}

/** The big list of naughty strings. */
export function naughtyStrings(): readonly string[] {
  const text = realData("badinput/blns/blns.json");
  return text === null ? [] : JSON.parse(text) as string[];
}
