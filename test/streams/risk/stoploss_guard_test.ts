import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import { parseAmount } from "../../../src/core/fixed_point.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { stoplossGuard } from "../../../src/streams/risk/stoploss_guard.ts";
import { type Night, night } from "../../support/risk_stage.ts";
import { riskView } from "../../support/risk_views.ts";
import { roundTrip } from "../../support/round_trips.ts";
import { book, fill, result, signal, timer, WIDE } from "../../support/trading_events.ts";

const tripOf = (pnl: string, strategy_id = "alpha", symbol = "AAAUSDT") => {
  return { venue: "paper", strategy_id, symbol, pnl: parseAmount(pnl) };
};
const GUARD = { losses: 2, window_ms: 1000, freeze_ms: 300 };
const checkOf = (action: LimitAction, more: Partial<typeof GUARD> = {}): RiskCheck =>
  stoplossGuard({ ...WIDE, stoploss_guard: { ...GUARD, action, ...more } });

test("stoplossGuard() is the check of its code, with the action of the config", () => {
  assert.equal([checkOf("FREEZE").code, checkOf("FREEZE").action], ["RISK_STOPLOSS_GUARD", "FREEZE"]);
});

test("stoplossGuard() finds the losses of one strategy in one symbol, and nothing of gains", () => {
  const view = riskView();
  const check = checkOf("FREEZE");
  view.ts = 100;
  check.closed!(view, tripOf("-1"));
  check.closed!(view, tripOf("1"));
  check.closed!(view, tripOf("0"));
  check.closed!(view, tripOf("-1", "beta"));
  check.closed!(view, tripOf("-1", "alpha", "BBBUSDT"));
  assert.equal(check.state!(view), []);
  view.ts = 1099;
  check.closed!(view, tripOf("-1"));
  assert.equal(check.state!(view), [{
    detail: "2 round trips lost in 999 ms, fewer wanted in 1000 ms",
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    untilTs: 1399,
  }]);
});

test("stoplossGuard() forgets a loss that is exactly as old as the window", () => {
  const view = riskView();
  const check = checkOf("FREEZE");
  for (view.ts of [100, 1100]) check.closed!(view, tripOf("-1"));
  assert.equal(check.state!(view), []);
  view.ts = 1200;
  check.closed!(view, tripOf("-1"));
  assert.is(check.state!(view).length, 1);
});

test("stoplossGuard() agrees with a plain count of the losses within the window", () => {
  const trips = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { maxLength: 60 });
  fc.assert(fc.property(trips, fc.integer({ min: 1, max: 5 }), (steps, losses) => {
    const view = riskView();
    const check = checkOf("FREEZE", { losses });
    const all: number[] = [];
    let untilTs = 0;
    for (const [gap, isLoss] of steps) {
      view.ts += gap;
      check.closed!(view, tripOf(isLoss ? "-1" : "1"));
      if (isLoss) {
        all.push(view.ts);
        if (all.filter((ts) => ts > view.ts - 1000).length >= losses) untilTs = view.ts + 300;
      }
      assert.is(check.state!(view).length, view.ts < untilTs ? 1 : 0);
    }
  }));
});

function twiceLost(action: LimitAction, said: readonly string[] = []): Night {
  const it = night({ stoploss_guard: { ...GUARD, action } });
  it.step(book(1, "99.9", "100", { symbol: "BBBUSDT" }));
  assert.equal(roundTrip(it, 100, "99"), []);
  assert.equal(roundTrip(it, 150, "101"), []);
  assert.equal(roundTrip(it, 200, "99"), said);
  return it;
}

const FROZEN = ["FREEZE RISK_STOPLOSS_GUARD alpha AAAUSDT"];
const THAWED = ["UNFREEZE RISK_STOPLOSS_GUARD alpha AAAUSDT"];

test("riskRole() freezes a strategy's symbol after its losses, for the set time, and says both once", () => {
  const it = twiceLost("FREEZE", FROZEN);
  assert.equal(it.step(timer(201)), []);
  assert.equal(it.step(signal(202, "BUY")), ["DENY RISK_STOPLOSS_GUARD alpha AAAUSDT"]);
  assert.is(it.step(signal(202, "BUY", { strategy: "beta" })).length, 2);
  assert.is(it.step(signal(202, "BUY", { symbol: "BBBUSDT" })).length, 2);
  assert.equal(it.step(book(499, "99.9", "100")), []);
  assert.equal(it.step(timer(500)), THAWED);
  assert.equal(it.step(timer(501)), []);
  assert.is(it.step(signal(501, "BUY")).length, 2);
});

test("riskRole() freezes again with the next loss within the window, not with the old ones alone", () => {
  const it = twiceLost("FREEZE", FROZEN);
  assert.equal(it.step(timer(500)), THAWED);
  assert.equal(roundTrip(it, 600, "101"), []);
  assert.equal(roundTrip(it, 700, "99"), FROZEN);
  assert.equal(it.step(timer(999)), []);
  assert.equal(it.step(timer(1000)), THAWED);
  assert.equal(roundTrip(it, 1700, "99"), []); // the one before is a window old
});

test("riskRole() freezes for longer when a position that is still open loses too", () => {
  const it = night({ stoploss_guard: { ...GUARD, losses: 1, action: "FREEZE" } });
  it.step(book(1, "99.9", "100"));
  it.step(signal(1, "BUY"));
  it.step(fill(2, 1, { qty: "0.5", fee: "0" }));
  it.step(result(2, 1, "PARTIAL", "0.5"));
  it.step(signal(3, "SELL"));
  assert.equal(it.step(fill(100, 2, { side: "SELL", qty: "0.5", price: "99" })), FROZEN);
  it.step(result(100, 2, "FILLED", "0.5"));
  assert.equal(it.step(fill(150, 1, { qty: "0.5", fee: "0" })), []); // the rest of the purchase
  it.step(result(150, 1, "FILLED", "1"));
  assert.equal(it.step(signal(150, "SELL")), ["ALLOW OK alpha AAAUSDT", "#3 SELL 0.5 MARKET GTC"]);
  assert.equal(it.step(fill(200, 3, { side: "SELL", qty: "0.5", price: "99" })), []);
  assert.equal(it.step(timer(499)), []);
  assert.equal(it.step(timer(500)), THAWED);
});

test("riskRole() denies in silence after the losses", () => {
  const it = twiceLost("DENY");
  assert.equal(it.step(signal(499, "BUY")), ["DENY RISK_STOPLOSS_GUARD alpha AAAUSDT"]);
  assert.equal(it.step(timer(500)), []);
  assert.is(it.step(signal(500, "BUY")).length, 2);
});

test("riskRole() stops with the loss that is one too many", () => {
  const it = twiceLost("STOP", ["STOP RISK_STOPLOSS_GUARD alpha AAAUSDT"]);
  assert.equal(it.step(timer(900)), []);
});

test.run();
