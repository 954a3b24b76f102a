import * as fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, MarketTick } from "../../../src/core/event.ts";
import { type SeenTicks, takeTick, tellTickFacts } from "../../../src/streams/operators/tell_tick_facts.ts";

function tick(price: string, event_ts: number | null = null, symbol = "BTCUSDT"): MarketTick {
  return {
    venue: "embedded",
    symbol,
    price,
    price_source: "embedded",
    kind: "trade",
    event_ts,
    qty: "1",
    trade_id: 1,
  };
}

/** Later than what any venue's time here says. */
const TS = 2 ** 40;

function factsOf(...ticks: readonly MarketTick[]): readonly (readonly [number | null, number])[] {
  const seen: SeenTicks = new Map();
  return ticks.map((each) => {
    const { jump_pct, late_s } = takeTick(seen, each, TS);
    return [jump_pct, late_s];
  });
}

test("takeTick() compares a price with the symbol's price before it, in whole percents", () => {
  const prices = ["100", "100.99", "101.9999", "80", "160", "0.00000001", "100"];
  const jumps = factsOf(...prices.map((price) => tick(price))).map(([jump]) => jump);
  assert.equal(jumps, [null, 0, 1, 21, 100, 99, 1_000_000]);
});

test("takeTick() keeps symbols apart", () => {
  assert.equal(factsOf(tick("100"), tick("1", null, "XRPUSDT"), tick("100"), tick("1", null, "XRPUSDT")), [
    [null, 0],
    [null, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("takeTick() tells by how many whole seconds the venue's time lies behind the newest one", () => {
  const times = [10_000, 9001, 9000, null, 12_000, 8000, 12_000];
  const lates = factsOf(...times.map((ts) => tick("100", ts))).map(([, late]) => late);
  assert.equal(lates, [0, 0, 1, 0, 0, 4, 0]);
  assert.equal(factsOf(tick("1"), tick("1", 5000), tick("1", 3000)).map(([, late]) => late), [0, 0, 2]);
});

test("takeTick() a time far ahead of ours makes nothing late that comes behind it", () => {
  assert.equal(factsOf(tick("1", 5000), tick("1", TS + 60_001), tick("1", 4000)).map(([, late]) => late), [
    0,
    0,
    1,
  ]);
  assert.equal(factsOf(tick("1", 5000), tick("1", TS + 60_000), tick("1", TS)).map(([, late]) => late), [
    0,
    0,
    60,
  ]);
});

test("takeTick() a jump is told once: the next price near it confirms it", () => {
  assert.equal(factsOf(tick("100"), tick("300"), tick("301")).map(([jump]) => jump), [null, 200, 0]);
});

test("takeTick() tells whole numbers that never go below zero, whatever comes", () => {
  const price = fc.bigInt({ min: 1n, max: 10n ** 17n }).map((units) => {
    const text = String(units).padStart(9, "0");
    return `${text.slice(0, -8)}.${text.slice(-8)}`;
  });
  const ticks = fc.array(fc.tuple(price, fc.option(fc.nat())), { minLength: 2, maxLength: 20 });
  fc.assert(fc.property(ticks, (all) => {
    for (const [jump, late] of factsOf(...all.map(([text, ts]) => tick(text, ts)))) {
      assert.ok(jump === null || Number.isInteger(jump) && jump >= 0);
      assert.ok(Number.isInteger(late) && late >= 0);
    }
  }));
});

test("tellTickFacts() gives every tick its facts, goes on from what was seen, and leaves all else alone", async () => {
  const draft = (payload: MarketTick): AnyDraft => ({
    type: "market_tick",
    source: "market_role",
    ts: 5,
    cause: null,
    payload,
  });
  const timer: AnyDraft = {
    type: "timer",
    source: "watchdog_role",
    ts: 5,
    cause: null,
    payload: { name: "x", due_ts: 5 },
  };
  const seen: SeenTicks = new Map();
  takeTick(seen, tick("100", 5000), 5);
  const input$ = from([draft(tick("150", 1000)), timer]);
  const told = await lastValueFrom(input$.pipe(tellTickFacts(seen), toArray()));
  assert.equal(told, [draft({ ...tick("150", 1000), facts: { jump_pct: 50, late_s: 4 } }), timer]);
});

test.run();
