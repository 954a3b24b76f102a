import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { venueTrades } from "../../../../src/streams/sources/embedded/venue_trades.ts";

const TRADE = {
  e: "trade",
  E: 12,
  s: "BTCUSDT",
  p: "67250.12000000",
  q: "0.00033000",
  T: 11,
  M: true,
} as const;

function filled(capacity: number, ids: readonly number[]) {
  const trades = venueTrades(capacity);
  for (const t of ids) trades.push({ ...TRADE, t, m: t % 2 === 0 });
  return trades;
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

test("list() gives trades in the form of the venue", () => {
  assert.equal(filled(9, [4]).list(null, 1), [{
    id: 4,
    price: "67250.12000000",
    qty: "0.00033000",
    quoteQty: "22.19253960",
    time: 11,
    isBuyerMaker: true,
    isBestMatch: true,
  }]);
});

const LISTED: readonly (readonly [fromId: number | null, limit: number, ids: readonly number[]])[] = [
  [null, 3, [18, 19, 20]],
  [null, 99, numbers(11, 20)],
  [15, 3, [15, 16, 17]],
  [19, 9, [19, 20]],
  [1, 2, [11, 12]], // older ones are forgotten
  [21, 9, []],
];
test("list() begins at the trade that is asked for, or gives the newest", () => {
  const trades = filled(10, numbers(1, 20));
  for (const [fromId, limit, ids] of LISTED) {
    assert.equal(trades.list(fromId, limit).map(({ id }) => id), ids, `from ${fromId}`);
  }
  assert.equal(filled(10, []).list(null, 5), []);
  assert.equal(filled(10, []).list(1, 5), []);
});

test("list() gives what a list of all trades would, cut to what is kept", () => {
  const count = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(count, fc.integer({ min: 1, max: 15 }), count, fc.integer({ min: 1, max: 20 }), (
      pushed,
      capacity,
      fromId,
      limit,
    ) => {
      const kept = numbers(1, pushed).slice(-capacity);
      const trades = filled(capacity, numbers(1, pushed));
      const expected = kept.filter((id) => id >= fromId).slice(0, limit);
      assert.equal(trades.list(fromId, limit).map(({ id }) => id), expected);
      assert.equal(trades.list(null, limit).map(({ id }) => id), kept.slice(-limit));
    }),
  );
});

test.run();
