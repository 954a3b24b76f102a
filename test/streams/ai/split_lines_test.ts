import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { splitLines } from "../../../src/streams/ai/split_lines.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function split(chunks: readonly Uint8Array[], bytesMax: number) {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const splitter = splitLines({
    bytesMax,
    onLine: (line) => lines.push(textOf(line)),
    onTooLong: (start) => tooLong.push(textOf(start)),
  });
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, tooLong };
}

test("splitLines() gives the same lines however the bytes were cut", () => {
  const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll("\n", ""));
  fc.assert(fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
    const bytes = bytesOf(lines.map((each) => `${each}\n`).join(""));
    const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
    const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
    assert.equal(split(chunks, 1000), { lines, tooLong: [] });
  }));
});

test("splitLines() takes a line of just the length, and reads nothing behind one that is longer", () => {
  assert.equal(split([bytesOf("12345\n123456\nafter\n")], 5), { lines: ["12345"], tooLong: ["12345"] });
  assert.equal(split(["123", "45", "6", "7\nafter\n"].map(bytesOf), 5), { lines: [], tooLong: ["12345"] });
});

test("splitLines() gives bytes that the pipe may write over", () => {
  const chunk = bytesOf("ab\ncd");
  const lines: Uint8Array[] = [];
  const splitter = splitLines({ bytesMax: 9, onLine: (line) => lines.push(line), onTooLong: () => {} });
  splitter.push(chunk);
  chunk.fill(0x78);
  splitter.push(bytesOf("\n"));
  assert.equal(lines.map(textOf), ["ab", "cd"]);
});

test.run();
