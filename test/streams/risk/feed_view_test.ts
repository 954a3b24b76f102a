import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  beginFeed,
  countRefusedTick,
  type Feed,
  openFeed,
  takeHealth,
  takeTick,
  watchedSince,
} from "../../../src/streams/risk/feed_view.ts";
import { marketHealth, tradeOf } from "../../support/feed_events.ts";
import { book } from "../../support/trading_events.ts";

function begun(ts: number): Feed {
  const feed = openFeed(["AAAUSDT", "BBBUSDT"]);
  beginFeed(feed, ts);
  return feed;
}
const take = (feed: Feed, event: ReturnType<typeof book>) => takeTick(feed, event.payload, event.ts);

test("beginFeed() counts every silence from the first event", () => {
  const feed = begun(500);
  assert.is(feed.contactTs, 500);
  assert.equal([...feed.symbols].map(([symbol, { lastTs }]) => `${symbol} ${lastTs}`), [
    "AAAUSDT 500",
    "BBBUSDT 500",
  ]);
});

test("takeTick() notes a tick of any kind for its own symbol and for the venue", () => {
  const feed = begun(1);
  assert.not(take(feed, book(5, "1", "2")));
  assert.not(take(feed, tradeOf(7, 100, "BBBUSDT")));
  assert.not(take(feed, book(9, "1", "2", { symbol: "CCCUSDT" })));
  assert.equal([...feed.symbols.values()].map(({ lastTs }) => lastTs), [5, 7]);
  assert.is(feed.contactTs, 7);
});

test("takeTick() tells of the trade that opens a gap and of the one that closes the last, apart for each symbol", () => {
  const feed = begun(0);
  const turned = [10, 11, 14, 18, 12, 15, 16, 13, 17, 17, 19].filter((id, i) => take(feed, tradeOf(i, id)));
  assert.equal(turned, [14, 18, 17]); // 17 once: the second is a duplicate
  assert.is(feed.symbols.get("AAAUSDT")!.gaps.healed, 2);
  assert.is(feed.symbols.get("BBBUSDT")!.gaps.lastId, null);
});

test("takeHealth() takes for contact what a ready connection has said, and nothing else", () => {
  for (
    const [connected, silent_ms, contactTs] of [
      [true, 0, 900],
      [true, 200, 700],
      [true, 600, 500], // the tick was later
      [false, 0, 500],
    ] as const
  ) {
    const feed = begun(1);
    take(feed, book(500, "1", "2"));
    assert.not(feed.isTold);
    takeHealth(feed, marketHealth(900, {}, { connected, silent_ms }).payload, 900);
    assert.ok(feed.isTold);
    assert.is(feed.contactTs, contactTs);
  }
});

test("takeHealth() learns nothing of a connection where there are no counts", () => {
  const feed = begun(1);
  takeHealth(feed, marketHealth(900, { state: "DOWN" }, null).payload, 900);
  assert.equal([feed.isTold, feed.contactTs], [false, 1]);
});

test("takeHealth() keeps the last clock offset", () => {
  const feed = begun(1);
  assert.is(feed.clockOffsetMs, null);
  for (const clock_offset_ms of [-5, 3]) takeHealth(feed, marketHealth(2, { clock_offset_ms }).payload, 2);
  takeHealth(feed, marketHealth(3).payload, 3);
  assert.is(feed.clockOffsetMs, 3);
});

test("takeHealth() adds up the increases of errors, also where the count has begun anew", () => {
  const feed = begun(1);
  const counts = [2, 2, 5, 1, 3].map((errors) => {
    takeHealth(feed, marketHealth(2, { errors }).payload, 2);
    return feed.errors;
  });
  countRefusedTick(feed);
  takeHealth(feed, marketHealth(2).payload, 2);
  assert.equal([...counts, feed.errors], [2, 2, 5, 6, 8, 9]);
});

test("takeTick() has no gap open exactly while every trade from the first to the last has come", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 }), (ids) => {
    const feed = begun(0);
    const seen = new Set<number>();
    const { gaps } = feed.symbols.get("AAAUSDT")!;
    ids.forEach((id, i) => {
      const before = gaps.missingTrades;
      const turned = take(feed, tradeOf(i, id));
      if (id >= ids[0]!) seen.add(id);
      const missing = Math.max(...seen) - ids[0]! + 1 - seen.size;
      assert.is(gaps.missingTrades, missing);
      assert.is(turned, missing > before || missing === 0 && before > 0);
    });
  }));
});

test("watchedSince() is what began, or when the run went on, whichever was later", () => {
  const feed = openFeed(["AAAUSDT"]);
  assert.is(watchedSince(feed, 5), 5);
  feed.resumedTs = 9;
  assert.equal([watchedSince(feed, 5), watchedSince(feed, 10)], [9, 10]);
});

test.run();
