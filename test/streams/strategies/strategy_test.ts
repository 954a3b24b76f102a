import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rounded } from "../../../src/streams/strategies/strategy.ts";

const CASES: readonly (readonly [number, number])[] = [
  [1 / 3, 0.333333],
  [2 / 3, 0.666667],
  [-0.0000001, 0],
  [-0, 0],
  [67250.125, 67250.125],
  [-1.0000000000000002, -1],
];
for (const [value, expected] of CASES) {
  test(`rounded() is ${expected} when given ${value}`, () => assert.is(rounded(value), expected));
}

test("rounded() is never −0 and never further off than half of its last place", () => {
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
    assert.not(Object.is(rounded(value), -0));
    assert.ok(Math.abs(rounded(value) - value) <= 0.50001e-6);
  }));
});

test.run();
