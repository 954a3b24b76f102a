import { sha256Hex } from "./sha256.ts";

/**
 * The two forms that carry their own hash: a line of a .jsonl file, and an atomic JSON artefact.
 * Writers and readers both come here, so that what is written is what is checked.
 */

const PREFIX = "sha256:";
const JSON_AT = PREFIX.length + 64 + 1;
const ZEROS = "0".repeat(64);

/** `sha256:<hash of json>:<json>\n` */
export function formatLine(json: string): string {
  return PREFIX + sha256Hex(json) + ":" + json + "\n";
}

export type LineCheck =
  | { readonly ok: true; readonly json: string; readonly hash: string }
  | { readonly ok: false; readonly problem: string };

/** Checks one line, given without its newline. */
export function parseLine(line: string): LineCheck {
  if (!line.startsWith(PREFIX) || line[JSON_AT - 1] !== ":") {
    return { ok: false, problem: `not of the form sha256:<64 hex>:<json>` };
  }
  const hash = line.slice(PREFIX.length, JSON_AT - 1);
  const json = line.slice(JSON_AT);
  const actual = sha256Hex(json);
  if (hash !== actual) {
    return { ok: false, problem: `hash is ${hash}, the bytes give ${actual}` };
  }
  return { ok: true, json, hash };
}

/**
 * The text of an artefact: `sha256` first, over the text itself with the 64 digits replaced by 0. An older seal among
 * the fields is dropped. No field may have a whole number for its name: JSON would put it first.
 */
export function sealArtefact(fields: Readonly<Record<string, unknown>>): string {
  const { sha256: _, ...rest } = fields;
  const open = JSON.stringify({ sha256: ZEROS, ...rest });
  return open.replace(ZEROS, sha256Hex(open));
}

/** Throws unless the text is an artefact whose hash fits; gives its fields. */
export function openArtefact(text: string): Readonly<Record<string, unknown>> {
  const start = '{"sha256":"';
  const written = text.slice(start.length, start.length + 64);
  if (!text.startsWith(start) || !/^[0-9a-f]{64}$/.test(written)) {
    throw new Error('does not begin with {"sha256":"<64 hex>"');
  }
  const actual = sha256Hex(start + ZEROS + text.slice(start.length + 64));
  if (written !== actual) throw new Error(`sha256 is ${written}, the bytes give ${actual}`);
  return JSON.parse(text) as Record<string, unknown>;
}
