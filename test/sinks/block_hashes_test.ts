import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BLOCK_BYTES, BlockHashes } from "../../src/sinks/block_hashes.ts";

/** Bytes in which no two blocks are alike. */
function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + Math.floor(i / 251)) % 256);
}

function hashesOf(bytes: Uint8Array, cuts: readonly number[] = []): BlockHashes {
  const hashes = new BlockHashes();
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    hashes.add(bytes.subarray(start, end));
    start = end;
  }
  return hashes;
}

const LENGTHS: readonly (readonly [bytes: number, blocks: number])[] = [
  [0, 0],
  [1, 1],
  [BLOCK_BYTES - 1, 1],
  [BLOCK_BYTES, 1],
  [BLOCK_BYTES + 1, 2],
  [3 * BLOCK_BYTES, 3],
];

test("count and place() say where the blocks are", () => {
  for (const [bytes, blocks] of LENGTHS) {
    const hashes = hashesOf(new Uint8Array(bytes));
    assert.equal([hashes.bytes, hashes.count], [bytes, blocks]);
    const lengths = Array.from({ length: blocks }, (_, i) => hashes.place(i));
    assert.equal(lengths.map(({ offset }) => offset), lengths.map((_, i) => i * BLOCK_BYTES));
    assert.is(lengths.reduce((sum, { length }) => sum + length, 0), bytes);
  }
});

test("holds() knows each block however it was written, and no other bytes", () => {
  const length = fc.integer({ min: 1, max: 3 * BLOCK_BYTES });
  fc.assert(
    fc.property(length, fc.array(fc.nat(), { maxLength: 5 }), fc.nat(), (length, cuts, at) => {
      const bytes = bytesOf(length);
      const hashes = hashesOf(bytes, cuts);
      const blockOf = (i: number) => {
        const { offset, length } = hashes.place(i);
        return bytes.subarray(offset, offset + length);
      };
      for (let i = 0; i < hashes.count; i++) assert.ok(hashes.holds(i, blockOf(i)));
      assert.ok(hashes.holdsAll(bytes));
      assert.not.ok(hashes.holdsAll(bytes.subarray(1)));
      bytes[at % length]! ^= 1;
      const hit = Math.floor(at % length / BLOCK_BYTES);
      for (let i = 0; i < hashes.count; i++) assert.is(hashes.holds(i, blockOf(i)), i !== hit);
      assert.not.ok(hashes.holdsAll(bytes));
      assert.not.ok(hashes.holds(0, blockOf(0).subarray(1)));
    }),
    { numRuns: 30 },
  );
});

test("holds() of the part behind the last full block goes on when more is written", () => {
  const hashes = new BlockHashes();
  const bytes = bytesOf(10);
  for (let i = 0; i < 10; i++) {
    hashes.add(bytes.subarray(i, i + 1));
    assert.ok(hashes.holds(0, bytes.subarray(0, i + 1)));
  }
});

test.run();
