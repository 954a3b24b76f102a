/** What a process said last on its standard error: bounded, and fit to be shown to a reader whoever wrote it. */

/** The stack that V8 tells when memory is used up goes into it with the line above. */
const TAIL_BYTES_MAX = 8192;
const LINE_CHARACTERS_MAX = 200;

/** The end of both together. */
export function tailOf(tail: Uint8Array, chunk: Uint8Array): Uint8Array {
  const both = new Uint8Array(tail.length + chunk.length);
  both.set(tail);
  both.set(chunk, tail.length);
  return both.slice(Math.max(0, both.length - TAIL_BYTES_MAX));
}

/** The last line that names an error, else the last one; null where nothing was said. */
export function lastLineOf(tail: Uint8Array): string | null {
  const lines = new TextDecoder().decode(tail).split("\n")
    .map((line) => line.replace(/[^ -~]/g, "").replace(/\[\d+(?:;\d+)*m/g, "").trim())
    .filter((line) => line !== "");
  const last = lines.findLast((line) => /\berror\b|\bfatal\b/i.test(line)) ?? lines.at(-1);
  return last?.slice(0, LINE_CHARACTERS_MAX) ?? null;
}
