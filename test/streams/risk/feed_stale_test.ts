import { test } from "uvu";
import * as assert from "uvu/assert";
import { takeTick } from "../../../src/streams/risk/feed_view.ts";
import { feedStale } from "../../../src/streams/risk/feed_stale.ts";
import { WIDE_FEED } from "../../support/feed_events.ts";
import { riskView } from "../../support/risk_views.ts";
import { book } from "../../support/trading_events.ts";

const checkOf = (freeze_ms: number, stop_ms: number) =>
  feedStale({ ...WIDE_FEED, market: { ...WIDE_FEED.market, stale: { freeze_ms, stop_ms } } });

// now → what is said of AAAUSDT, whose last tick was at 1000, and of BBBUSDT, which never had one
const TIMELINE = [
  [100, []],
  [101, ["FREEZE BBBUSDT: no tick of BBBUSDT for 101 ms, at most 100"]],
  [500, ["FREEZE BBBUSDT: no tick of BBBUSDT for 500 ms, at most 100"]],
  [501, ["STOP BBBUSDT: no tick of BBBUSDT for 501 ms, at most 500"]],
  [1100, ["STOP BBBUSDT: no tick of BBBUSDT for 1100 ms, at most 500"]],
  [1101, [
    "FREEZE AAAUSDT: no tick of AAAUSDT for 101 ms, at most 100",
    "STOP BBBUSDT: no tick of BBBUSDT for 1101 ms, at most 500",
  ]],
  [1501, [
    "STOP AAAUSDT: no tick of AAAUSDT for 501 ms, at most 500",
    "STOP BBBUSDT: no tick of BBBUSDT for 1501 ms, at most 500",
  ]],
] as const;

test("feedStale() freezes each symbol that is silent for longer than it may be, and stops where it stays so", () => {
  const check = checkOf(100, 500);
  assert.equal([check.code, check.action], ["FEED_STALE", "FREEZE"]);
  for (const [ts, expected] of TIMELINE) {
    const view = riskView();
    view.ts = ts;
    takeTick(view.feed, book(1000, "1", "2").payload, Math.min(ts, 1000));
    const said = check.state!(view).map(({ action, symbol, detail, strategy_id }) => {
      assert.is(strategy_id, null);
      return `${action} ${symbol}: ${detail}`;
    });
    assert.equal(said, expected, `at ${ts}`);
  }
});

test("feedStale() stops at its limit even where that is below the one of a freeze", () => {
  const view = riskView();
  for (const [ts, action] of [[100, undefined], [101, "STOP"]] as const) {
    view.ts = ts;
    assert.is(checkOf(500, 100).state!(view)[0]?.action, action);
  }
});

test("feedStale() counts a freeze from the last tick, but a stop from when the run went on", () => {
  const check = checkOf(100, 500);
  const view = riskView();
  view.feed.resumedTs = 900;
  const said = (ts: number) => {
    view.ts = ts;
    return check.state!(view).map(({ action, detail }) => `${action} ${detail}`)[0];
  };
  assert.is(said(900), "FREEZE no tick of AAAUSDT for 900 ms, at most 100");
  assert.is(said(1400), "FREEZE no tick of AAAUSDT for 1400 ms, at most 100");
  assert.is(said(1401), "STOP no tick of AAAUSDT for 501 ms, at most 500");
});

test.run();
