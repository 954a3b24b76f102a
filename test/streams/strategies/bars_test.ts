import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MarketTick } from "../../../src/core/event.ts";
import { type Bar, bars } from "../../../src/streams/strategies/bars.ts";
import { bookTick, tradeTick } from "../../support/sample_ticks.ts";

type Told = readonly [ts: number, tick: MarketTick];

function barsOf(barMs: number, told: readonly Told[]): Bar[] {
  const own = bars(barMs);
  return told.map(([ts, tick]) => own.add(tick, ts)).filter((bar) => bar !== null);
}

const bar = (startTs: number, prices: readonly [number, number, number, number], volume = 0): Bar => {
  const [open, high, low, close] = prices;
  return { startTs, open, high, low, close, volume };
};

const CASES: readonly (readonly [string, readonly Told[], readonly Bar[]])[] = [
  [
    "holds open, high, low and close of the mid, and the volume of the trades",
    [
      [1000, bookTick(100)],
      [1200, bookTick(103)],
      [1300, tradeTick("99", "0.5")],
      [1400, bookTick(98)],
      [1500, tradeTick("120", "0.25")],
      [1999, bookTick(101)],
      [2000, bookTick(105)],
    ],
    [bar(1000, [100, 103, 98, 101], 0.75)],
  ],
  [
    "is aligned to its length and closes with the first tick at or after its end",
    [[1700, bookTick(100)], [1999, bookTick(101)], [2000, bookTick(102)], [3050, bookTick(103)]],
    [bar(1000, [100, 101, 100, 101]), bar(2000, [101, 102, 101, 102])],
  ],
  [
    "begins at the mid that stands when its first tick comes",
    [[0, bookTick(100)], [1000, bookTick(110)], [2000, bookTick(1)]],
    [bar(0, [100, 100, 100, 100]), bar(1000, [100, 110, 100, 110])],
  ],
  [
    "is missing for a stretch without ticks",
    [[0, bookTick(100)], [5500, bookTick(101)], [6000, bookTick(102)]],
    [bar(0, [100, 100, 100, 100]), bar(5000, [100, 101, 100, 101])],
  ],
  [
    "stands at the last mid when only trades were heard",
    [[0, bookTick(100)], [1100, tradeTick("99", "1")], [2000, tradeTick("98", "2")]],
    [bar(0, [100, 100, 100, 100]), bar(1000, [100, 100, 100, 100], 1)],
  ],
  [
    "is missing before the first mid, and the volume with it",
    [[0, tradeTick("99", "1")], [1100, tradeTick("99", "1")], [1200, bookTick(100)], [2000, bookTick(100)]],
    [bar(1000, [100, 100, 100, 100], 1)],
  ],
  [
    "takes the mid of a depth tick too",
    [
      [0, {
        ...bookTick(100),
        kind: "depth",
        price: "107",
        first_update_id: 1,
        last_update_id: 2,
        bids: [],
        asks: [],
      }],
      [1000, bookTick(100)],
    ],
    [bar(0, [107, 107, 107, 107])],
  ],
];
for (const [name, told, expected] of CASES) {
  test(`add() gives a bar that ${name}`, () => assert.equal(barsOf(1000, told), expected));
}

test("add() gives bars that are ordered, aligned and hold their own prices, whatever the ticks", () => {
  const anyTold = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 90, max: 110 }), fc.boolean()),
    { maxLength: 80 },
  );
  fc.assert(fc.property(anyTold, fc.integer({ min: 100, max: 3000 }), (steps, barMs) => {
    let ts = 0;
    const told = steps.map(([gapMs, price, isTrade]): Told => {
      ts += gapMs;
      return [ts, isTrade ? tradeTick(String(price), "1") : bookTick(price)];
    });
    let lastTs = -1;
    let volume = 0;
    for (const { startTs, open, high, low, close, volume: own } of barsOf(barMs, told)) {
      assert.ok(startTs > lastTs && startTs % barMs === 0);
      assert.ok(low <= open && low <= close && high >= open && high >= close);
      lastTs = startTs;
      volume += own;
    }
    assert.ok(volume <= told.filter(([, { kind }]) => kind === "trade").length);
  }));
});

test.run();
