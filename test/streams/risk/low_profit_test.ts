import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import { parseAmount } from "../../../src/core/fixed_point.ts";
import { lowProfit } from "../../../src/streams/risk/low_profit.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { type Night, night } from "../../support/risk_stage.ts";
import { riskView } from "../../support/risk_views.ts";
import { roundTrip } from "../../support/round_trips.ts";
import { signal, timer, WIDE } from "../../support/trading_events.ts";

const tripOf = (pnl: string, strategy_id = "alpha", symbol = "AAAUSDT") => {
  return { venue: "paper", strategy_id, symbol, pnl: parseAmount(pnl) };
};
// Of alpha's capital of 600 a hundredth is 6.
const LIMITS = { trades: 2, window_ms: 1000, loss_max: "0.01", freeze_ms: 300 };
const checkOf = (action: LimitAction, more: Partial<typeof LIMITS> = {}): RiskCheck =>
  lowProfit({ ...WIDE, low_profit: { ...LIMITS, action, ...more } });

test("lowProfit() is the check of its code, with the action of the config", () => {
  assert.equal([checkOf("FREEZE").code, checkOf("FREEZE").action], ["RISK_LOW_PROFIT", "FREEZE"]);
});

// ts pnl → breaches
const TIMELINE = [
  [100, "-50", 0], // too few to judge
  [200, "44", 0], // -6, exactly at the limit
  [300, "-0.00000001", 1],
  [599, "0", 1], // judged again, and lasts longer
  [1099, "7", 0],
  [1100, "-51", 0], // the first one has left: 44 + 7 - 51 = 0
  [1200, "-1", 1], // the gain of 44 has left: 7 - 51 - 1
  [2199, "-1", 0], // only that of 1200 is left beside it
] as const;

test("lowProfit() sums what the round trips within the window have made", () => {
  const view = riskView();
  const check = checkOf("FREEZE");
  for (const [ts, pnl, breaches] of TIMELINE) {
    view.ts = ts;
    check.closed!(view, tripOf(pnl));
    assert.is(check.state!(view).length, breaches, `at ${ts}`);
  }
});

test("lowProfit() judges each strategy in each symbol by itself, by the strategy's capital", () => {
  const view = riskView();
  const check = checkOf("FREEZE");
  for (const [strategy, symbol] of [["alpha", "AAAUSDT"], ["alpha", "BBBUSDT"], ["beta", "AAAUSDT"]]) {
    check.closed!(view, tripOf("-5", strategy, symbol));
  }
  assert.equal(check.state!(view), []);
  check.closed!(view, tripOf("1", "beta")); // -4 of 400
  check.closed!(view, tripOf("-1", "alpha", "BBBUSDT")); // -6 of 600
  assert.equal(check.state!(view), []);
  check.closed!(view, tripOf("-1", "beta"));
  assert.equal(check.state!(view), [{
    detail: "3 round trips in 1000 ms lost 5 together, at most 4",
    strategy_id: "beta",
    symbol: "AAAUSDT",
    untilTs: 300,
  }]);
});

test("lowProfit() agrees with a plain sum over the window", () => {
  const trips = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -8, max: 5 })),
    { maxLength: 60 },
  );
  fc.assert(fc.property(trips, fc.integer({ min: 1, max: 5 }), (steps, trades) => {
    const view = riskView();
    const check = checkOf("FREEZE", { trades });
    const all: (readonly [ts: number, pnl: number])[] = [];
    let untilTs = 0;
    for (const [gap, pnl] of steps) {
      view.ts += gap;
      check.closed!(view, tripOf(String(pnl)));
      all.push([view.ts, pnl]);
      const within = all.filter(([ts]) => ts > view.ts - 1000);
      if (within.length >= trades && within.reduce((sum, [, each]) => sum + each, 0) < -6) {
        untilTs = view.ts + 300;
      }
      assert.is(check.state!(view).length, view.ts < untilTs ? 1 : 0);
    }
  }));
});

test("lowProfit() judges the last 10,000 round trips where the window holds more", () => {
  const view = riskView();
  const check = checkOf("FREEZE");
  check.closed!(view, tripOf("100"));
  for (let i = 0; i < 9_999; i++) check.closed!(view, tripOf("0"));
  check.closed!(view, tripOf("-7")); // the gain is the oldest one and falls out
  assert.is(check.state!(view).length, 1);
});

function twiceLost(action: LimitAction, said: readonly string[] = []): Night {
  const it = night({ low_profit: { ...LIMITS, action } }); // at most 10 of 1000
  assert.equal(roundTrip(it, 100, "94"), []);
  assert.equal(roundTrip(it, 200, "95"), said);
  return it;
}

const FROZEN = ["FREEZE RISK_LOW_PROFIT alpha AAAUSDT"];
const THAWED = ["UNFREEZE RISK_LOW_PROFIT alpha AAAUSDT"];

test("riskRole() freezes a strategy's symbol that loses too much, for the set time, and says both once", () => {
  const it = twiceLost("FREEZE", FROZEN);
  assert.equal(it.step(timer(201)), []);
  assert.equal(it.step(signal(499, "BUY")), ["DENY RISK_LOW_PROFIT alpha AAAUSDT"]);
  assert.is(it.step(signal(499, "BUY", { strategy: "beta" })).length, 2);
  assert.equal(it.step(timer(500)), THAWED);
  assert.equal(it.step(timer(501)), []);
  assert.equal(roundTrip(it, 600, "105"), []); // -6: back within the limit
  assert.equal(roundTrip(it, 700, "94"), FROZEN);
});

test("riskRole() denies in silence where too much was lost", () => {
  const it = twiceLost("DENY");
  assert.equal(it.step(signal(499, "BUY")), ["DENY RISK_LOW_PROFIT alpha AAAUSDT"]);
  assert.equal(it.step(timer(500)), []);
  assert.is(it.step(signal(500, "BUY")).length, 2);
});

test("riskRole() stops with the round trip that has lost too much", () => {
  const it = twiceLost("STOP", ["STOP RISK_LOW_PROFIT alpha AAAUSDT"]);
  assert.equal(it.step(timer(900)), []);
});

test.run();
