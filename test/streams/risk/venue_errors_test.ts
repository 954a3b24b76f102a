import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { countRefusedTick, takeHealth } from "../../../src/streams/risk/feed_view.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { venueErrors } from "../../../src/streams/risk/venue_errors.ts";
import { marketHealth, WIDE_FEED } from "../../support/feed_events.ts";
import { riskView } from "../../support/risk_views.ts";

const checkOf = (limit: number, window_ms: number): RiskCheck =>
  venueErrors({ ...WIDE_FEED, binance: { ...WIDE_FEED.binance, errors: { limit, window_ms } } });

// now, errors told (null: a refused tick) → what is said
const TIMELINE = [
  [0, 3, "-"],
  [50, 3, "-"],
  [60, null, "-"], // 4
  [99, 4, "-"], // 5
  [100, 7, "-"], // 3 leave, 3 come
  [159, 7, "-"],
  [160, 8, "-"], // the refused tick leaves, 1 comes: 5
  [198, 9, "6 errors of the venue in 100 ms, at most 5"],
] as const;

test("venueErrors() stops at one more error in the window than there may be, refused ticks among them", () => {
  const view = riskView();
  const check = checkOf(5, 100);
  assert.equal([check.code, check.action], ["VENUE_ERRORS", "STOP"]);
  for (const [ts, errors, expected] of TIMELINE) {
    view.ts = ts;
    if (errors === null) countRefusedTick(view.feed);
    else takeHealth(view.feed, marketHealth(ts, { errors }).payload, ts);
    const [breach] = check.state!(view);
    assert.is(breach?.detail ?? "-", expected, `at ${ts}`);
    if (breach !== undefined) assert.equal([breach.strategy_id, breach.symbol], [null, null]);
  }
});

test("venueErrors() counts what a window of any place holds", () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const view = riskView();
    const check = checkOf(6, 100);
    const times: number[] = [];
    for (const [gap, errors] of steps) {
      view.ts += gap;
      for (let i = 0; i < errors; i++) {
        times.push(view.ts);
        countRefusedTick(view.feed);
      }
      const within = times.filter((ts) => ts > view.ts - 100).length;
      assert.is(check.state!(view).length, within > 6 ? 1 : 0);
    }
  }));
});

test.run();
