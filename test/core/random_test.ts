import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Random, randomStream } from "../../src/core/random.ts";

const TWO_32 = 2 ** 32;

function take(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

// from an independent sfc32 with the same seeding (Python, arbitrary-precision integers)
const VECTORS: readonly (readonly [number, string, readonly number[]])[] = [
  [7, "BTCUSDT prices", [3877690808, 4047085132, 2351790719, 2477846213]],
  [0, "", [1297010383, 2603699536, 2920529338, 1769459161]],
  [Number.MAX_SAFE_INTEGER, "x", [1995767689, 3919506854, 2417767360, 3278257342]],
];

for (const [seed, label, expected] of VECTORS) {
  test(`randomStream() gives the known numbers for seed ${seed}, label "${label}"`, () => {
    assert.equal(take(randomStream(seed, label), 4).map((part) => part * TWO_32), expected);
  });
}

test("randomStream() gives the same again for the same seed and label", () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.string(), (seed, label) => {
    assert.equal(take(randomStream(seed, label), 5), take(randomStream(seed, label), 5));
  }));
});

test("randomStream() gives other numbers when seed, its high half, or label differ", () => {
  const streams = [
    randomStream(1, "a"),
    randomStream(2, "a"),
    randomStream(1 + TWO_32, "a"),
    randomStream(1, "b"),
    randomStream(1, "ab"),
    randomStream(1, "ba"),
  ];
  assert.is(new Set(streams.map((stream) => take(stream, 3).join())).size, streams.length);
});

test("next() is uniform in [0, 1)", () => {
  const buckets = new Array<number>(16).fill(0);
  for (const part of take(randomStream(3, "uniform"), 160_000)) {
    assert.ok(part >= 0 && part < 1);
    buckets[Math.floor(part * 16)]! += 1;
  }
  for (const count of buckets) assert.ok(Math.abs(count - 10_000) < 500, `bucket of ${count}`);
});

test("below() gives every whole number below the bound and no other", () => {
  const random = randomStream(4, "below");
  const seen = new Set(Array.from({ length: 500 }, () => random.below(6)));
  assert.equal([...seen].sort(), [0, 1, 2, 3, 4, 5]);
});

test("bell() has mean 0, deviation 1 and no tail beyond 3", () => {
  const random = randomStream(5, "bell");
  const values = Array.from({ length: 100_000 }, () => random.bell());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.02, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.02, `variance ${variance}`);
  assert.ok(values.every((value) => value >= -3 && value <= 3));
  assert.ok(values.some((value) => value > 2.5) && values.some((value) => value < -2.5));
});

test("randomStream() refuses a seed that is no safe whole number from 0", () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => randomStream(seed, "x"), /^Seed is .*, expected a whole number/);
  }
});

test.run();
