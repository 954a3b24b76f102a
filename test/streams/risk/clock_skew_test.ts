import { test } from "uvu";
import * as assert from "uvu/assert";
import { clockSkew } from "../../../src/streams/risk/clock_skew.ts";
import { takeHealth } from "../../../src/streams/risk/feed_view.ts";
import { marketHealth, WIDE_FEED } from "../../support/feed_events.ts";
import { riskView } from "../../support/risk_views.ts";

// now, the offset that is measured (null: none) → what is said
const TIMELINE = [
  [0, null, "-"],
  [10, 50, "-"],
  [20, -50, "-"],
  [30, 51, "FREEZE the venue's clock minus ours is 51 ms, at most 50; for 0 ms, at most 100"],
  [80, null, "FREEZE the venue's clock minus ours is 51 ms, at most 50; for 50 ms, at most 100"],
  [90, 0, "-"],
  [100, -51, "FREEZE the venue's clock minus ours is -51 ms, at most 50; for 0 ms, at most 100"],
  [150, 99, "FREEZE the venue's clock minus ours is 99 ms, at most 50; for 50 ms, at most 100"],
  [200, null, "FREEZE the venue's clock minus ours is 99 ms, at most 50; for 100 ms, at most 100"],
  [201, null, "STOP the venue's clock minus ours is 99 ms, at most 50; for 101 ms, at most 100"],
] as const;

test("clockSkew() freezes all while the clocks are apart, and stops when they do not come together in time", () => {
  const view = riskView();
  const { binance } = WIDE_FEED;
  const check = clockSkew({
    ...WIDE_FEED,
    binance: { ...binance, clock: { offset_ms_max: 50, stop_ms: 100 } },
  });
  assert.equal([check.code, check.action], ["CLOCK_SKEW", "FREEZE"]);
  for (const [ts, clock_offset_ms, expected] of TIMELINE) {
    view.ts = ts;
    if (clock_offset_ms !== null) takeHealth(view.feed, marketHealth(ts, { clock_offset_ms }).payload, ts);
    const [breach] = check.state!(view);
    assert.is(breach === undefined ? "-" : `${breach.action} ${breach.detail}`, expected, `at ${ts}`);
    if (breach !== undefined) assert.equal([breach.strategy_id, breach.symbol], [null, null]);
  }
});

test("clockSkew() goes on freezing where a run goes on, and counts its stop from there", () => {
  const { binance } = WIDE_FEED;
  const clock = { offset_ms_max: 50, stop_ms: 100 };
  const check = clockSkew({ ...WIDE_FEED, binance: { ...binance, clock } });
  const view = riskView();
  takeHealth(view.feed, marketHealth(0, { clock_offset_ms: 51 }).payload, 0);
  check.state!(view);
  view.feed.resumedTs = 1000;
  for (const [ts, action] of [[1000, "FREEZE"], [1100, "FREEZE"], [1101, "STOP"]] as const) {
    view.ts = ts;
    assert.is(check.state!(view)[0]?.action, action, `at ${ts}`);
  }
});

test.run();
