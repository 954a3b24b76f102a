import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FeedLimits } from "../../../src/streams/risk/risk_check.ts";
import { marketHealth, refusedTick, tradeOf, WIDE_FEED } from "../../support/feed_events.ts";
import { holding, night } from "../../support/risk_stage.ts";
import { book, eventOf, fill, result, signal, timer } from "../../support/trading_events.ts";

/** What the risk role makes of its feed. */

const FEED: FeedLimits = {
  market: { stale: { freeze_ms: 1000, stop_ms: 5000 }, gap: { stop_ms: 2000, trades_max: 5 } },
  binance: {
    lost_after_ms: 4000,
    errors: { limit: 2, window_ms: 1000 },
    clock: { offset_ms_max: 500, stop_ms: 3000 },
  },
};
const bbb = { symbol: "BBBUSDT" } as const;

test("riskRole() freezes a silent symbol alone, lets its exits pass, and thaws it with its tick", () => {
  const it = holding({}, FEED); // alpha holds AAAUSDT
  it.step(book(900, "99", "100", bbb));
  assert.equal(it.step(timer(1002)), ["FREEZE FEED_STALE * AAAUSDT"]);
  assert.equal(it.step(signal(1002, "BUY", { strategy: "beta" })), ["DENY FEED_STALE beta AAAUSDT"]);
  assert.is(it.step(signal(1002, "BUY", { strategy: "beta", ...bbb })).length, 2);
  assert.equal(it.step(signal(1002, "SELL")), ["ALLOW OK alpha AAAUSDT", "#3 SELL 1 MARKET GTC"]);
  assert.equal(it.step(book(1003, "99", "100")), ["UNFREEZE FEED_STALE * AAAUSDT"]);
  assert.is(it.step(signal(1004, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() counts the silence of a symbol that never ticked from its first event", () => {
  const it = night({}, { feed: FEED });
  it.step(timer(10_000));
  it.step(book(10_900, "99", "100"));
  assert.equal(it.step(timer(11_001)), ["FREEZE FEED_STALE * BBBUSDT"]);
  for (let ts = 11_500; ts <= 15_000; ts += 500) assert.equal(it.step(book(ts, "99", "100")), []);
  assert.equal(it.step(timer(15_000)), []);
  assert.equal(it.step(timer(15_001)), ["STOP FEED_STALE * BBBUSDT"]);
  assert.equal(it.step(book(15_002, "99", "100", bbb)), []);
});

test("riskRole() freezes a symbol with a gap until the missing trades have come", () => {
  const it = night({}, { feed: FEED });
  it.step(book(1, "99", "100"));
  it.step(tradeOf(2, 50));
  assert.equal(it.step(tradeOf(3, 53)), ["FREEZE FEED_GAP * AAAUSDT"]);
  assert.equal(it.step(signal(4, "BUY")), ["DENY FEED_GAP alpha AAAUSDT"]);
  assert.equal(it.step(tradeOf(5, 51)), []);
  assert.equal(it.step(tradeOf(6, 52)), ["UNFREEZE FEED_GAP * AAAUSDT"]);
  assert.is(it.step(signal(7, "BUY")).length, 2);
  assert.equal(it.step(tradeOf(8, 60)), ["STOP FEED_GAP * AAAUSDT"]);
  assert.equal(it.step(signal(9, "SELL")), []);
});

test("riskRole() freezes all while the clocks are apart", () => {
  const it = night({}, { feed: FEED });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(marketHealth(2, { clock_offset_ms: 501 })), ["FREEZE CLOCK_SKEW * *"]);
  assert.equal(it.step(signal(3, "BUY")), ["DENY CLOCK_SKEW alpha AAAUSDT"]);
  assert.equal(it.step(marketHealth(900, { clock_offset_ms: -500 })), ["UNFREEZE CLOCK_SKEW * *"]);
  assert.is(it.step(signal(901, "BUY")).length, 2);
});

test("riskRole() stops when the venue is lost, by its word or by its silence", () => {
  const calm = { ...FEED, market: WIDE_FEED.market };
  for (const last of [marketHealth(2), marketHealth(2, {}, { connected: false })]) {
    const it = night({}, { feed: calm });
    it.step(book(2, "99", "100"));
    it.step(last);
    assert.equal(it.step(timer(4002)), []);
    assert.equal(it.step(timer(4003)), ["STOP VENUE_LOST * *"]);
    assert.equal(it.step(signal(4004, "BUY")), []);
  }
});

test("riskRole() says nothing of venue and clock where nobody tells of them", () => {
  const it = night({}, { feed: { ...FEED, market: WIDE_FEED.market } });
  it.step(book(2, "99", "100"));
  for (let ts = 1000; ts < 90_000; ts += 1000) assert.equal(it.step(timer(ts)), []);
});

test("riskRole() counts refused ticks and the venue's errors together, and no other refusal", () => {
  const it = night({}, { feed: FEED });
  it.step(marketHealth(1, { errors: 1 }));
  assert.equal(it.step(refusedTick(2)), []);
  const { payload } = refusedTick(3);
  assert.equal(it.step(eventOf("policy_denial", 3, { ...payload, denied_type: "order_cancel" })), []);
  assert.equal(it.step(marketHealth(4, { errors: 2 })), ["STOP VENUE_ERRORS * *"]);
  assert.equal(it.step(marketHealth(5, { errors: 3 })), []);
});

test("riskRole() says what the feed and what the book of one tick bring about", () => {
  const it = holding({ drawdown: { limit: "0.01", action: "FREEZE" } }, FEED);
  assert.equal(it.step(timer(1002)), ["FREEZE FEED_STALE * AAAUSDT", "FREEZE FEED_STALE * BBBUSDT"]);
  assert.equal(it.step(book(1003, "79", "80")), [
    "UNFREEZE FEED_STALE * AAAUSDT",
    "FREEZE RISK_DRAWDOWN * *",
  ]);
});

test("riskRole() says of one timer what froze, then that a limit of trading stops", () => {
  const it = night({}, {
    feed: FEED,
    table: [() => ({
      code: "RISK_X",
      action: "STOP",
      state: ({ ts }) => ts < 1002 ? [] : [{ detail: "", strategy_id: null, symbol: null }],
    })],
  });
  it.step(book(1, "99", "100"));
  it.step(book(900, "99", "100", bbb));
  assert.equal(it.step(timer(1002)), ["FREEZE FEED_STALE * AAAUSDT", "STOP RISK_X * *"]);
  assert.equal(it.step(timer(9000)), []);
});

test("riskRole() says of one event a STOP of the feed and nothing of trading", () => {
  for (const [asks, event] of [["a timer", timer(5002)], ["a tick", book(5002, "1", "2")]] as const) {
    const it = night({}, {
      feed: FEED,
      table: [() => ({
        code: "RISK_X",
        action: "STOP",
        state: ({ ts }) => ts < 5002 ? [] : [{ detail: "", strategy_id: null, symbol: null }],
      })],
    });
    it.step(book(1, "99", "100"));
    it.step(signal(1, "BUY"));
    it.step(fill(2, 1));
    assert.equal(it.step(event), ["STOP FEED_STALE * AAAUSDT"], asks);
  }
});

test("riskRole() sends no cancel after a STOP of the feed in the same timer", () => {
  const it = night({ order_ttl_ms: 1000 }, { feed: FEED, order: { type: "LIMIT", tif: "GTC" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(timer(5002)), ["STOP FEED_STALE * AAAUSDT"]);
  assert.equal(it.step(fill(5003, 1)), []);
  assert.equal(it.step(result(5003, 1, "CANCELED")), []);
});

test("riskRole() takes no tick of another venue for one of its feed", () => {
  const it = night({}, { feed: FEED });
  it.step(book(1, "99", "100"));
  it.step(book(900, "99", "100", { venue: "elsewhere" }));
  assert.equal(it.step(timer(1002)), ["FREEZE FEED_STALE * AAAUSDT", "FREEZE FEED_STALE * BBBUSDT"]);
});

const resumed = (ts: number, down_ms: number) =>
  eventOf("lifecycle", ts, { what: "resumed", detail: "", cmdline_hash: "", down_ms });

test("riskRole() that goes on after an outage freezes what is old, and gives the feed its time before it stops", () => {
  const it = night({}, { feed: FEED });
  for (const symbol of ["AAAUSDT", "BBBUSDT"]) it.step(book(1, "99", "100", { symbol }));
  it.step(marketHealth(1));
  const back = 60_000; // far beyond the limits of a stop
  const frozen = ["FREEZE FEED_STALE * AAAUSDT", "FREEZE FEED_STALE * BBBUSDT"];
  assert.equal(it.step(resumed(back, back - 1)), frozen);
  assert.equal(it.step(timer(back + 1000)), []);
  assert.equal(it.step(signal(back + 1000, "BUY")), ["DENY FEED_STALE alpha AAAUSDT"]);
  assert.equal(it.step(book(back + 1500, "99", "100")), ["UNFREEZE FEED_STALE * AAAUSDT"]);
  assert.is(it.step(signal(back + 1501, "BUY")).length, 2);
  for (let ts = back + 2000; ts <= back + 5000; ts += 500) assert.equal(it.step(book(ts, "99", "100")), []);
  assert.equal(it.step(timer(back + 5000)), []);
  assert.equal(it.step(timer(back + 5001)), ["STOP FEED_STALE * BBBUSDT"]);
});

test("riskRole() that goes on after an outage cancels what has stood for too long, before any tick", () => {
  const it = night({ order_ttl_ms: 1000 }, { feed: FEED, order: { type: "LIMIT", tif: "GTC" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  it.step(result(1, 1, "ACCEPTED"));
  const said = it.step(resumed(1002, 1001));
  assert.equal(said, ["FREEZE FEED_STALE * AAAUSDT", "FREEZE FEED_STALE * BBBUSDT", "cancel #1"]);
});

test("riskRole() has nothing to say where a run goes on at once, or of another stage of its life", () => {
  const it = night({ order_ttl_ms: 1000 }, { feed: FEED });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(resumed(900, 0)), []);
  assert.is(it.state.feedWatch.feed.resumedTs, -Infinity);
  for (const what of ["started", "torn_tail", "ended"] as const) {
    assert.equal(it.step(eventOf("lifecycle", 900, { what, detail: "", down_ms: 5 })), []);
  }
  assert.is(it.state.feedWatch.feed.resumedTs, -Infinity);
});

test.run();
