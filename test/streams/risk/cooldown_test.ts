import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import { parseAmount } from "../../../src/core/fixed_point.ts";
import { cooldown } from "../../../src/streams/risk/cooldown.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { type Night, night } from "../../support/risk_stage.ts";
import { candidate, riskView } from "../../support/risk_views.ts";
import { roundTrip } from "../../support/round_trips.ts";
import { book, signal, timer, WIDE } from "../../support/trading_events.ts";

const tripOf = (pnl: string) => {
  return { venue: "paper", strategy_id: "alpha", symbol: "AAAUSDT", pnl: parseAmount(pnl) };
};
const checkOf = (action: LimitAction, after_loss_ms = 1000): RiskCheck =>
  cooldown({ ...WIDE, cooldown: { after_loss_ms, action } });

test("cooldown() is the check of its code, with the action of the config", () => {
  assert.equal([checkOf("DENY").code, checkOf("DENY").action], ["RISK_COOLDOWN", "DENY"]);
});

test("cooldown() lasts from a loss for its time, for this strategy in this symbol", () => {
  const view = riskView();
  const check = checkOf("DENY");
  const entry = candidate("BUY", "1", "100");
  view.ts = 500;
  check.closed!(view, tripOf("-1.5"));
  assert.equal(check.order!(view, entry), {
    detail: "a round trip lost 1.5, no entry for 1000 ms",
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    untilTs: 1500,
  });
  assert.is(check.order!(view, candidate("SELL", "1", "100")), null);
  assert.is(check.order!(view, { ...entry, strategy_id: "beta" }), null);
  assert.is(check.order!(view, { ...entry, symbol: "BBBUSDT" }), null);
  view.ts = 1499;
  assert.is.not(check.order!(view, entry), null);
  view.ts = 1500;
  assert.is(check.order!(view, entry), null);
});

test("cooldown() does not follow a gain, or what is even, or anything when it is 0", () => {
  for (const [pnl, after_loss_ms] of [["1", 1000], ["0", 1000], ["-1", 0]] as const) {
    const check = checkOf("FREEZE", after_loss_ms);
    check.closed!(riskView(), tripOf(pnl));
    assert.is(check.order!(riskView(), candidate("BUY", "1", "100")), null);
    assert.equal(check.state!(riskView()), []);
  }
});

test("cooldown() begins again with every loss", () => {
  const view = riskView();
  const check = checkOf("DENY");
  for (view.ts of [500, 900]) check.closed!(view, tripOf("-1"));
  view.ts = 1899;
  assert.is.not(check.order!(view, candidate("BUY", "1", "100")), null);
});

/** Alpha has lost in AAAUSDT at 2. */
function lost(action: LimitAction, said: readonly string[] = []): Night {
  const it = night({ cooldown: { after_loss_ms: 1000, action } });
  it.step(book(1, "99.9", "100", { symbol: "BBBUSDT" }));
  assert.equal(roundTrip(it, 2, "99"), said);
  return it;
}

test("riskRole() denies entries after a loss until the rest is over", () => {
  const it = lost("DENY");
  assert.equal(it.step(timer(3)), []);
  assert.equal(it.step(signal(1001, "BUY")), ["DENY RISK_COOLDOWN alpha AAAUSDT"]);
  assert.is(it.step(signal(1001, "BUY", { symbol: "BBBUSDT" })).length, 2);
  assert.is(it.step(signal(1001, "BUY", { strategy: "beta" })).length, 2);
  assert.is(it.step(signal(1002, "BUY")).length, 2);
});

test("riskRole() announces a frozen rest once, and its end at the first timer or tick after it", () => {
  for (const end of [timer(1002), book(1002, "99", "100", { symbol: "BBBUSDT" })]) {
    const it = lost("FREEZE", ["FREEZE RISK_COOLDOWN alpha AAAUSDT"]);
    assert.equal(it.step(timer(1001)), []);
    assert.equal(it.step(signal(1001, "BUY")), ["DENY RISK_COOLDOWN alpha AAAUSDT"]);
    assert.equal(it.step(end), ["UNFREEZE RISK_COOLDOWN alpha AAAUSDT"]);
    assert.equal(it.step(timer(1003)), []);
    assert.is(it.step(signal(1003, "BUY")).length, 2);
  }
});

test("riskRole() stops at the entry that comes too early after a loss, not at the loss", () => {
  const it = lost("STOP");
  assert.equal(it.step(timer(3)), []);
  assert.equal(it.step(signal(1001, "BUY")), ["STOP RISK_COOLDOWN alpha AAAUSDT"]);
});

test.run();
