import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { arrivalOf, takeTrade, tradeGaps } from "../../src/core/trade_gaps.ts";

test("takeTrade() sees gaps, what fills them, and what was there already", () => {
  const gaps = tradeGaps();
  const table:
    readonly (readonly [id: number, arrival: string, missing: number, opened: number, healed: number])[] = [
      [10, "next", 0, 0, 0], // the first is where it begins
      [11, "next", 0, 0, 0],
      [15, "gap", 3, 1, 0],
      [15, "duplicate", 3, 1, 0],
      [9, "duplicate", 3, 1, 0],
      [13, "late", 2, 1, 0], // in the middle: two parts of one gap
      [13, "duplicate", 2, 1, 0],
      [12, "late", 1, 1, 0],
      [18, "gap", 3, 2, 0],
      [14, "late", 2, 2, 1],
      [16, "late", 1, 2, 1],
      [17, "late", 0, 2, 2],
      [19, "next", 0, 2, 2],
    ];
  for (const [id, arrival, missing, opened, healed] of table) {
    assert.is(arrivalOf(gaps, id), arrival, String(id));
    assert.is(takeTrade(gaps, id, 1000 + id), arrival, String(id));
    assert.equal([gaps.missingTrades, gaps.opened, gaps.healed], [missing, opened, healed], String(id));
  }
});

test("takeTrade() keeps of each gap when it was seen, in both of its parts", () => {
  const gaps = tradeGaps();
  for (const [id, ts] of [[1, 5], [9, 6], [5, 7]] as const) takeTrade(gaps, id, ts);
  assert.equal(gaps.missing.map(({ fromId, toId, sinceTs }) => [fromId, toId, sinceTs]), [[2, 4, 6], [
    6,
    8,
    6,
  ]]);
});

test("takeTrade() counts as missing what a set of ids would, whatever the order", () => {
  const ids = fc.array(fc.nat(40), { minLength: 1, maxLength: 80 });
  fc.assert(fc.property(ids, (arrivals) => {
    const gaps = tradeGaps();
    const seen = new Set<number>();
    const first = arrivals[0]!;
    for (const [ts, id] of arrivals.entries()) {
      const arrival = takeTrade(gaps, id, ts);
      assert.is(arrival === "duplicate", id < first || seen.has(id));
      if (id >= first) seen.add(id);
      const missing = Array.from({ length: gaps.lastId! - first + 1 }, (_, i) => first + i)
        .filter((each) => !seen.has(each));
      assert.is(gaps.missingTrades, missing.length);
      const listed = gaps.missing.flatMap(({ fromId, toId }) =>
        Array.from({ length: toId - fromId + 1 }, (_, i) => fromId + i)
      );
      assert.equal(listed, missing);
      assert.is(gaps.healed === gaps.opened, missing.length === 0);
    }
  }));
});

test.run();
