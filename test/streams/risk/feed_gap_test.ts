import { test } from "uvu";
import * as assert from "uvu/assert";
import { takeTick } from "../../../src/streams/risk/feed_view.ts";
import { feedGap } from "../../../src/streams/risk/feed_gap.ts";
import { tradeOf, WIDE_FEED } from "../../support/feed_events.ts";
import { riskView } from "../../support/risk_views.ts";

const check = feedGap({
  ...WIDE_FEED,
  market: { ...WIDE_FEED.market, gap: { stop_ms: 100, trades_max: 5 } },
});

interface Case {
  readonly what: string;
  /** Trade ids, a millisecond each from 1 on. */
  readonly ids: readonly number[];
  readonly ts: number;
  readonly said: string | undefined;
}

const CASES: readonly Case[] = [
  { what: "there was no trade", ids: [], ts: 900, said: undefined },
  { what: "no trade is missing", ids: [7, 8, 9], ts: 900, said: undefined },
  {
    what: "one is missing",
    ids: [7, 9],
    ts: 2,
    said: "FREEZE 1 trades of AAAUSDT are missing from 8 on, at most 5; for 0 ms, at most 100",
  },
  {
    what: "it is missing for as long as it may",
    ids: [7, 9],
    ts: 102,
    said: "FREEZE 1 trades of AAAUSDT are missing from 8 on, at most 5; for 100 ms, at most 100",
  },
  {
    what: "it is missing for longer",
    ids: [7, 9],
    ts: 103,
    said: "STOP 1 trades of AAAUSDT are missing from 8 on, at most 5; for 101 ms, at most 100",
  },
  { what: "it has come", ids: [7, 9, 8], ts: 103, said: undefined },
  {
    what: "as many are missing as may be, in two gaps",
    ids: [7, 10, 14],
    ts: 3,
    said: "FREEZE 5 trades of AAAUSDT are missing from 8 on, at most 5; for 1 ms, at most 100",
  },
  {
    what: "one more is missing",
    ids: [7, 10, 15],
    ts: 3,
    said: "STOP 6 trades of AAAUSDT are missing from 8 on, at most 5; for 1 ms, at most 100",
  },
  {
    what: "the older of two gaps is filled: the other's time counts",
    ids: [7, 9, 11, 8],
    ts: 103,
    said: "FREEZE 1 trades of AAAUSDT are missing from 10 on, at most 5; for 100 ms, at most 100",
  },
  {
    what: "a gap is filled in its middle: its time goes on",
    ids: [7, 11, 9],
    ts: 103,
    said: "STOP 2 trades of AAAUSDT are missing from 8 on, at most 5; for 101 ms, at most 100",
  },
];

for (const { what, ids, ts, said } of CASES) {
  test(`feedGap() says ${said?.split(" ")[0] ?? "nothing"} when ${what}`, () => {
    const view = riskView();
    ids.forEach((id, i) => takeTick(view.feed, tradeOf(i + 1, id).payload, i + 1));
    view.ts = ts;
    const [breach, ...more] = check.state!(view);
    assert.equal(more, []);
    assert.is(breach === undefined ? undefined : `${breach.action} ${breach.detail}`, said);
    if (breach !== undefined) assert.equal([breach.strategy_id, breach.symbol], [null, "AAAUSDT"]);
  });
}

test("feedGap() is the check of its code, and judges each symbol by itself", () => {
  assert.equal([check.code, check.action], ["FEED_GAP", "FREEZE"]);
  const view = riskView();
  for (const [id, symbol] of [[1, "AAAUSDT"], [3, "AAAUSDT"], [50, "BBBUSDT"], [90, "BBBUSDT"]] as const) {
    takeTick(view.feed, tradeOf(1, id, symbol).payload, 1);
  }
  view.ts = 1;
  assert.equal(check.state!(view).map(({ action, symbol }) => `${action} ${symbol}`), [
    "FREEZE AAAUSDT",
    "STOP BBBUSDT",
  ]);
});

test("feedGap() counts a gap from when the run went on, where it was open before", () => {
  const view = riskView();
  [7, 9].forEach((id, i) => takeTick(view.feed, tradeOf(i + 1, id).payload, i + 1));
  view.feed.resumedTs = 1000;
  for (const [ts, action] of [[1000, "FREEZE"], [1100, "FREEZE"], [1101, "STOP"]] as const) {
    view.ts = ts;
    assert.is(check.state!(view)[0]?.action, action, `at ${ts}`);
  }
});

test.run();
