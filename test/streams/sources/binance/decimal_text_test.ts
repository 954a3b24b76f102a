import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnits, midOf, parsePrice, type Price } from "../../../../src/core/fixed_point.ts";
import {
  exactUnits,
  midText,
  shortestDecimal,
} from "../../../../src/streams/sources/binance/decimal_text.ts";

const CASES: readonly (readonly [unknown, string | null])[] = [
  ["67250.12000000", "67250.12"],
  ["0.00000001", "0.00000001"],
  ["1.00", "1"],
  ["0.00000000", "0"],
  ["0", "0"],
  ["10", "10"],
  ["100.10", "100.1"],
  ["123456789012345678.5", "123456789012345678.5"],
  ["1.000000000000000000", "1"],
  ["1234567890123456789", null],
  ["0.123456789", null],
  ["1." + "0".repeat(39), null],
  ["", null],
  [".", null],
  [".5", null],
  ["5.", null],
  ["00.5", null],
  ["-1", null],
  ["+1", null],
  ["1e5", null],
  ["1,5", null],
  ["1.5.0", null],
  [" 1", null],
  ["1\n", null],
  ["0x10", null],
  ["١", null], // a digit, but not one of ours
  ["Infinity", null],
  ["NaN", null],
  [1.5, null],
  [null, null],
  [undefined, null],
  [{ toString: () => "1" }, null],
  [["1"], null],
];
for (const [given, expected] of CASES) {
  test(`shortestDecimal() is ${expected} when given ${JSON.stringify(given)}`, () => {
    assert.is(shortestDecimal(given), expected);
  });
}

const anyUnits = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 26n - 1n }),
  fc.bigInt({ min: 0n, max: 10n ** 13n }),
);

test("shortestDecimal() agrees with the money type on every form of every number", () => {
  fc.assert(fc.property(anyUnits, (units) => {
    const shortest = formatUnits(units as Price);
    const padded = `${units / 100_000_000n}.${String(units % 100_000_000n).padStart(8, "0")}`;
    assert.is(shortestDecimal(padded), shortest);
    assert.is(shortestDecimal(shortest), shortest);
  }));
});

test("shortestDecimal() takes only what the money type takes, and gives it back unchanged in value", () => {
  const almost = fc.string({ unit: fc.constantFrom("0", "1", "9", ".", "-", "e", " "), maxLength: 24 });
  fc.assert(
    fc.property(almost, (text) => {
      const shortest = shortestDecimal(text);
      if (shortest === null) return;
      assert.is(parsePrice(text), parsePrice(shortest));
      assert.is(formatUnits(parsePrice(text)), shortest);
    }),
    { numRuns: 2000 },
  );
});

test("exactUnits() is the number of units, or Infinity where a double could be wrong", () => {
  fc.assert(fc.property(anyUnits, (units) => {
    const found = exactUnits(formatUnits(units as Price));
    if (found === Infinity) assert.ok(units >= 2n ** 52n || formatUnits(units as Price).length > 16);
    else assert.is(BigInt(found), units);
  }));
  assert.is(exactUnits("45035996.27370495"), Infinity, "longer than 16 characters");
  assert.is(exactUnits("45035996.2737049"), 2 ** 52 - 6);
  assert.is(exactUnits("45035997"), Infinity, "2^52 or more");
});

test("midText() agrees with the money type, half-even, for small and large prices", () => {
  fc.assert(
    fc.property(anyUnits, fc.oneof(fc.bigInt({ min: 0n, max: 9n }), anyUnits), (low, spread) => {
      const bid = low as Price;
      const ask = low + spread as Price;
      fc.pre(ask < 10n ** 26n);
      assert.is(midText(formatUnits(bid), formatUnits(ask)), formatUnits(midOf(bid, ask)));
      if (spread > 0n) assert.is(midText(formatUnits(ask), formatUnits(bid)), null);
    }),
    { numRuns: 2000 },
  );
});

const MIDS: readonly (readonly [string, string, string | null])[] = [
  ["61837.63", "61837.64", "61837.635"],
  ["0.00000001", "0.00000002", "0.00000002"], // 1.5 to the even 2
  ["0.00000002", "0.00000003", "0.00000002"], // 2.5 to the even 2
  ["1", "1", "1"],
  ["2", "1", null],
  ["100000000000000001", "100000000000000000", null],
];
for (const [bid, ask, expected] of MIDS) {
  test(`midText() is ${expected} when the bid is ${bid} and the ask ${ask}`, () => {
    assert.is(midText(bid, ask), expected);
  });
}

test.run();
