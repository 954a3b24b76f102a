import { test } from "uvu";
import * as assert from "uvu/assert";
import { lastLineOf, tailOf } from "../../src/edge/last_words.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("tailOf() keeps the end, whatever comes", () => {
  assert.equal(tailOf(bytes("ab"), bytes("cd")), bytes("abcd"));
  let tail: Uint8Array = new Uint8Array();
  for (let i = 0; i < 300; i++) tail = tailOf(tail, bytes(`${i}`.padStart(100)));
  assert.is(tail.length, 8192);
  assert.ok(new TextDecoder().decode(tail).endsWith(" 299"));
  assert.is(tailOf(tail, new Uint8Array(100_000)).length, 8192);
});

test("lastLineOf() prefers the last line that names an error", () => {
  const table: readonly (readonly [said: string, expected: string | null])[] = [
    ["", null],
    [" \n\n", null],
    ["one\ntwo\n", "two"],
    ["FATAL ERROR: no heap left\n 1: 0xb78db3 node::OOM\n 2: 0x1\n", "FATAL ERROR: no heap left"],
    ["an error\nanother Error: here\nat x\n", "another Error: here"],
    ["terror\nlast", "last"],
  ];
  for (const [said, expected] of table) assert.is(lastLineOf(bytes(said)), expected, said);
});

test("lastLineOf() gives a reader neither control characters nor more than a line of a screen", () => {
  assert.is(lastLineOf(bytes("\x1b[31mred\x1b[0m\x07 \u202e€")), "red");
  assert.is(lastLineOf(bytes("x".repeat(5000)))?.length, 200);
  assert.is(lastLineOf(new Uint8Array([0xff, 0x41])), "A");
});

test.run();
