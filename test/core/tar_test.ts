import { test } from "uvu";
import * as assert from "uvu/assert";
import { TAR_END, tarHeader, tarPadding } from "../../src/core/tar.ts";
import { sha256Hex } from "../../src/core/sha256.ts";

const textAt = (header: Uint8Array, at: number, length: number) =>
  new TextDecoder().decode(header.subarray(at, at + length));

test("tarHeader() is a header of the standard, the same each time", () => {
  const header = tarHeader("20261121_220000/run/manifest.json", 1234, 1_795_298_400_999);
  assert.is(header.length, 512);
  assert.is(textAt(header, 0, 34), "20261121_220000/run/manifest.json\0");
  assert.is(textAt(header, 100, 8), "0000644\0");
  assert.is(textAt(header, 124, 12), "00000002322\0");
  assert.is(textAt(header, 136, 12), "15300412140\0");
  assert.is(textAt(header, 257, 8), "ustar\0" + "00");
  const sum = parseInt(textAt(header, 148, 6), 8);
  assert.is(sum, header.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 32 : byte), 0));
  assert.equal(header, tarHeader("20261121_220000/run/manifest.json", 1234, 1_795_298_400_999));
  assert.is.not(sha256Hex(header), sha256Hex(tarHeader("20261121_220000/run/manifest.json", 1235, 0)));
});

test("tarHeader() parts a long path at a slash", () => {
  const folder = "a".repeat(60);
  const header = tarHeader(`${folder}/${folder}/b.jsonl`, 0, 0);
  assert.is(textAt(header, 0, 69), `${folder}/b.jsonl\0`);
  assert.is(textAt(header, 345, 61), `${folder}\0`);
});

const REFUSED: readonly (readonly [what: string, path: string, size: number, expected: RegExp])[] = [
  ["no slash to part it at", "a".repeat(101), 0, /^"aaa.*" is too long for an archive$/],
  ["a first half that is too long", `${"a".repeat(156)}/${"b".repeat(99)}`, 0, /is too long for an archive$/],
  ["a line break", "a\nb", 0, /^"a\\nb" is no path of an archive$/],
  ["no name", "", 0, /^"" is no path of an archive$/],
  ["8 GiB and more", "a", 8 ** 11, /^a has 8589934592 bytes, an archive holds at most 8589934591 a file$/],
];
for (const [what, path, size, expected] of REFUSED) {
  test(`tarHeader() refuses ${what}`, () =>
    assert.throws(() => tarHeader(path, size, 0), (error: Error) => expected.test(error.message)));
}

test("tarPadding() fills up a block", () => {
  assert.equal([0, 1, 511, 512, 513].map((size) => tarPadding(size).length), [0, 511, 1, 0, 511]);
  assert.is(TAR_END.length, 1024);
});

test.run();
