import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BookTick, MarketTick, Side } from "../../../../src/core/event.ts";
import { FEATURE_MAX, FEATURE_NAMES } from "../../../../src/streams/ai/ai_rows.ts";
import { symbolFeatures } from "../../../../src/streams/ai/worker/symbol_features.ts";
import { bookTick, tradeTick } from "../../../support/sample_ticks.ts";

type Name = (typeof FEATURE_NAMES)[number];

function featuresOf(told: readonly (readonly [ts: number, tick: MarketTick])[]) {
  const features = symbolFeatures();
  for (const [ts, tick] of told) features.takeTick(tick, ts);
  return features;
}
const named = (values: readonly number[]) =>
  Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, values[i]])) as Record<Name, number>;
/** A mid a second, one hundredth of a second into it. */
const mids = (prices: readonly number[], fields: Partial<BookTick> = {}) =>
  prices.map((price, i) => [1_000_010 + i * 1000, bookTick(price, fields)] as const);
const signal = (side: Side, confidence: number) => ({
  strategy_id: "s",
  symbol: "BTCUSDT",
  side,
  score: 1,
  confidence,
  horizon_ms: 1000,
  reason: { rule: "test" },
});

test("symbolFeatures() knows no price and nothing else before the first book", () => {
  const features = featuresOf([[1, tradeTick("100", "1")]]);
  assert.ok(Number.isNaN(features.mid));
  assert.equal(features.values(), FEATURE_NAMES.map(() => 0));
});

test("symbolFeatures() of a price that stands still are all 0, but for what the book shows", () => {
  const features = featuresOf(mids(Array<number>(30).fill(100), { bid_qty: "30", ask_qty: "10" }));
  assert.is(features.mid, 100);
  const { imbalance, ...others } = named(features.values());
  assert.is(imbalance, 0.05);
  assert.equal(others, Object.fromEntries(Object.keys(others).map((name) => [name, 0])));
});

test("symbolFeatures() measures a price by how far it moves in a second", () => {
  // One up, one down: a volatility of 1 a second; then two up at once.
  const prices = Array.from({ length: 41 }, (_, i) => 100 + i % 2);
  const told = [...mids(prices), [1_040_500, bookTick(103)]] as const;
  const values = named(featuresOf(told).values());
  // Closes are those of whole seconds since the first book: the last was 101.
  assert.is(values.return_1s, 0.6);
  assert.is(values.return_5s, Math.round(0.3 * 2 / Math.sqrt(5) * 1e6) / 1e6);
  assert.is(values.volatility_ratio, 0);
  assert.is(values.spread, 0.002);
});

test("symbolFeatures() tell above from below: each turns round where the price does", () => {
  const prices = Array.from({ length: 90 }, (_, i) => (i * 7919 % 31) / 10);
  const up = named(featuresOf(mids(prices.map((price) => 100 + price))).values());
  const down = named(featuresOf(mids(prices.map((price) => 100 - price))).values());
  for (const name of FEATURE_NAMES) {
    const isEven = name === "volatility_ratio" || name === "spread";
    const wanted = isEven ? up[name] : 0 - up[name];
    assert.ok(Math.abs(down[name] - wanted) < 1e-4, `${name}: ${up[name]} and ${down[name]}`);
  }
  assert.ok(up.displacement_3s !== 0 && up.displacement_60s !== 0 && up.rsi !== 0 && up.return_60s !== 0);
});

test("symbolFeatures() hear buyers and sellers in the trades", () => {
  const at = bookTick(100); // 99.99 and 100.01
  const flow = (prices: readonly string[]) =>
    named(
      featuresOf([[1, at], ...prices.map((price, i) => [2 + i, tradeTick(price, "1")] as const)]).values(),
    )
      .flow;
  assert.is(flow(["100.01"]), 0.02);
  assert.is(flow(["99.99"]), -0.02);
  assert.is(flow(["100"]), 0);
  assert.ok(flow(["100.01", "100.01"]) > 0.02);
});

test("symbolFeatures() hear signals and forget them", () => {
  const features = featuresOf(mids([100]));
  features.takeSignal(signal("SELL", 0.8));
  const signalOf = () => named(features.values()).signal;
  assert.is(signalOf(), -0.4);
  for (let second = 1; second <= 100; second++) features.takeTick(bookTick(100), 1_000_010 + second * 1000);
  assert.ok(signalOf() > -0.03 && signalOf() < 0);
  features.takeSignal(signal("BUY", 1));
  assert.is(signalOf(), 0.5);
});

test("symbolFeatures() know no depth, and no size where there is none", () => {
  const told = mids([100, 101, 100], { bid_qty: "0", ask_qty: "0" });
  const depth: MarketTick = {
    ...bookTick(500),
    kind: "depth",
    first_update_id: 1,
    last_update_id: 2,
    bids: [],
    asks: [],
  };
  const features = featuresOf([...told, [1_002_020, depth]]);
  assert.is(features.mid, 100);
  assert.is(named(features.values()).imbalance, 0);
});

test("symbolFeatures() are bounded, short and exact in JSON, whatever the market does", () => {
  const price = fc.oneof(fc.double({ min: 0.01, max: 1e9, noNaN: true }), fc.constantFrom(100, 100.01));
  const step = fc.record({ gapMs: fc.integer({ min: 0, max: 20_000 }), price, isTrade: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), (steps) => {
    let ts = 1_000_000;
    const features = featuresOf(steps.map(({ gapMs, price, isTrade }) => {
      ts += gapMs;
      return [ts, isTrade ? tradeTick(price.toFixed(8), "1") : bookTick(price)] as const;
    }));
    const values = features.values();
    assert.is(values.length, FEATURE_NAMES.length);
    for (const value of values) assert.ok(Math.abs(value) <= FEATURE_MAX, values.join(" "));
    assert.equal(JSON.parse(JSON.stringify(values)), values);
    assert.ok(values.every((value) => !Object.is(value, -0) && String(Math.abs(value)).length <= 8));
  }));
});

test.run();
