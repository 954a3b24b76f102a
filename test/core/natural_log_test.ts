import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { naturalLog } from "../../src/core/natural_log.ts";

const isNear = (value: number) =>
  Math.abs(naturalLog(value) - Math.log(value)) <= 1e-12 * Math.max(1, Math.abs(Math.log(value)) / 100);

test("naturalLog() is the logarithm to 12 digits, from the least double to the greatest", () => {
  for (const value of [1, 2, 0.5, Math.SQRT2, Math.SQRT1_2, 1e-6, 1 - 1e-6, 1e300, Number.MAX_VALUE]) {
    assert.ok(isNear(value), String(value));
  }
  for (const value of [Number.MIN_VALUE, 2.2250738585072014e-308, 1e-320]) assert.ok(isNear(value), String(value));
  const positive = fc.double({ min: 0, minExcluded: true, max: Number.MAX_VALUE, noNaN: true });
  fc.assert(fc.property(positive, isNear), { numRuns: 1000 });
  fc.assert(fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), isNear), { numRuns: 1000 });
});

test("naturalLog() of 1 is 0 and grows with its number", () => {
  assert.is(naturalLog(1), 0);
  const unit = fc.double({ min: 1e-6, max: 1, noNaN: true });
  fc.assert(fc.property(unit, unit, (a, b) => (a < b) <= (naturalLog(a) <= naturalLog(b))));
});

test("naturalLog() refuses what has none", () => {
  for (const value of [0, -1, NaN, Infinity]) assert.throws(() => naturalLog(value), "expected a number above 0");
});

test.run();
