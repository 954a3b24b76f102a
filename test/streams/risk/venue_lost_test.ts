import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../../src/core/event.ts";
import { takeHealth, takeTick } from "../../../src/streams/risk/feed_view.ts";
import { venueLost } from "../../../src/streams/risk/venue_lost.ts";
import { marketHealth, WIDE_FEED } from "../../support/feed_events.ts";
import { riskView } from "../../support/risk_views.ts";
import { book } from "../../support/trading_events.ts";

const check = venueLost({ ...WIDE_FEED, binance: { ...WIDE_FEED.binance, lost_after_ms: 100 } });

// what came → the first time at which the venue is lost
const CASES: readonly (readonly [string, readonly Event<"market_tick" | "health">[], number | null])[] = [
  ["nobody tells of a connection", [], null],
  ["nobody tells of a connection, and the ticks end", [book(50, "1", "2")], null],
  ["there never was a connection", [marketHealth(10, {}, { connected: false })], 101],
  ["there never was a connection, and something is heard all the same", [
    marketHealth(90, {}, { connected: false, silent_ms: 0 }),
  ], 101],
  ["a connection says nothing", [marketHealth(90, {}, { silent_ms: 40 })], 151],
  ["the last sign is a ping", [book(20, "1", "2"), marketHealth(90, {}, { silent_ms: 10 })], 181],
  ["the last sign is a tick", [marketHealth(20), book(70, "1", "2")], 171],
  ["the connection is cut", [
    book(20, "1", "2"),
    marketHealth(60),
    marketHealth(90, {}, { connected: false }),
  ], 161],
];

for (const [what, events, lostTs] of CASES) {
  test(`venueLost() stops ${lostTs === null ? "never" : `from ${lostTs} on`} when ${what}`, () => {
    const view = riskView();
    for (const { type, payload, ts } of events) {
      if (type === "health") takeHealth(view.feed, payload, ts);
      else takeTick(view.feed, payload, ts);
    }
    for (view.ts = 100; view.ts < 300; view.ts++) {
      assert.is(check.state!(view).length, lostTs === null || view.ts < lostTs ? 0 : 1, `at ${view.ts}`);
    }
  });
}

test("venueLost() is the check of its code and says for how long", () => {
  const view = riskView();
  takeHealth(view.feed, marketHealth(0).payload, 0);
  view.ts = 101;
  assert.equal([check.code, check.action], ["VENUE_LOST", "STOP"]);
  assert.equal(check.state!(view), [{
    detail: "no sign of life on a connection for 101 ms, at most 100",
    strategy_id: null,
    symbol: null,
  }]);
});

test("venueLost() counts from when the run went on", () => {
  const view = riskView();
  takeHealth(view.feed, marketHealth(0).payload, 0);
  view.feed.resumedTs = 1000;
  for (const [ts, breaches] of [[1000, 0], [1100, 0], [1101, 1]] as const) {
    view.ts = ts;
    assert.is(check.state!(view).length, breaches, `at ${ts}`);
  }
});

test.run();
