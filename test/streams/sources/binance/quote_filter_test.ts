import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BookTick } from "../../../../src/core/event.ts";
import { quoteFilter } from "../../../../src/streams/sources/binance/quote_filter.ts";
import { bookTick } from "../../../support/sample_ticks.ts";

const quote = (update_id: number, mid = 100, symbol = "BTCUSDT") => bookTick(mid, { update_id, symbol });
const ids = (quotes: readonly BookTick[]) => quotes.map(({ update_id }) => update_id);

test('quoteFilter("every") lets all through', () => {
  const quotes = quoteFilter("every");
  assert.is(quotes.take(quote(1), 0), true);
  assert.is(quotes.take(quote(2), 0), true);
  assert.equal([quotes.leftOut, quotes.held, quotes.dueTs], [0, 0, Infinity]);
  assert.equal(quotes.release(9), []);
});

test('quoteFilter("changed") leaves out quotes whose best prices are those of the last one through', () => {
  const quotes = quoteFilter("changed");
  const taken = [
    quote(1),
    { ...quote(2), bid_qty: "3" },
    { ...quote(3), ask: "100.02" },
    quote(4),
    { ...quote(5), bid: "99.98" },
    quote(1, 100, "ETHUSDT"),
  ].map((tick) => quotes.take(tick, 0));
  assert.equal(taken, [true, false, true, true, true, true]);
  assert.is(quotes.leftOut, 1);
});

test("quoteFilter(100) lets one through in 100 ms of each symbol, and holds the newest of the others", () => {
  const quotes = quoteFilter(100);
  assert.is(quotes.take(quote(1), 1000), true);
  assert.is(quotes.dueTs, Infinity);
  assert.is(quotes.take(quote(2), 1010), false);
  assert.is(quotes.take(quote(3), 1099), false);
  assert.is(quotes.take(quote(1, 100, "ETHUSDT"), 1050), true);
  assert.is(quotes.take(quote(2, 100, "ETHUSDT"), 1060), false);
  assert.equal([quotes.leftOut, quotes.held, quotes.dueTs], [1, 2, 1100]);
  assert.equal(ids(quotes.release(1099)), []);
  assert.equal(ids(quotes.release(1100)), [3]);
  assert.equal([quotes.leftOut, quotes.held, quotes.dueTs], [1, 1, 1150]);
  assert.is(quotes.take(quote(4), 1199), false);
  assert.is(quotes.take(quote(5), 1200), true);
  assert.equal([quotes.leftOut, quotes.held, quotes.dueTs], [2, 1, 1150]);
  assert.equal(ids(quotes.release(2000)), [2]);
  assert.equal([quotes.held, quotes.dueTs], [0, Infinity]);
});

test("quoteFilter() gives each quote at most once, ascending, never too soon, and counts what it leaves out", () => {
  const book = fc.oneof(
    fc.constant("every" as const),
    fc.constant("changed" as const),
    fc.integer({ min: 1, max: 50 }),
  );
  const steps = fc.array(fc.record({
    wait: fc.integer({ min: 0, max: 40 }),
    mid: fc.integer({ min: 100, max: 102 }),
    symbol: fc.constantFrom("BTCUSDT", "ETHUSDT"),
    isRelease: fc.boolean(),
  }));
  fc.assert(fc.property(book, steps, (setting, list) => {
    const quotes = quoteFilter(setting);
    const given: { ts: number; tick: BookTick }[] = [];
    let ts = 0;
    let count = 0;
    for (const { wait, mid, symbol, isRelease } of list) {
      ts += wait;
      if (isRelease) {
        for (const tick of quotes.release(ts)) given.push({ ts, tick });
        assert.ok(quotes.dueTs > ts);
      } else {
        const tick = quote(++count, mid, symbol);
        if (quotes.take(tick, ts)) given.push({ ts, tick });
      }
    }
    assert.is(given.length + quotes.leftOut + quotes.held, count);
    for (const symbol of ["BTCUSDT", "ETHUSDT"]) {
      const own = given.filter(({ tick }) => tick.symbol === symbol);
      for (let i = 1; i < own.length; i++) {
        assert.ok(own[i]!.tick.update_id > own[i - 1]!.tick.update_id);
        if (typeof setting === "number") assert.ok(own[i]!.ts - own[i - 1]!.ts >= setting);
      }
    }
  }));
});

test.run();
