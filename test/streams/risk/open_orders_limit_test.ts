import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import { openOrdersLimit } from "../../../src/streams/risk/open_orders_limit.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { type Night, night } from "../../support/risk_stage.ts";
import { candidate, place, riskView } from "../../support/risk_views.ts";
import { book, orderIdOf, result, signal, timer, WIDE } from "../../support/trading_events.ts";

const checkOf = (action: LimitAction): RiskCheck =>
  openOrdersLimit({ ...WIDE, open_orders: { limit: 2, action } });

test("openOrdersLimit() is the check of its code, with the action of the config", () => {
  assert.equal([checkOf("DENY").code, checkOf("DENY").action], ["RISK_OPEN_ORDERS", "DENY"]);
});

test("openOrdersLimit() allows as many orders as the limit, and exits beyond it", () => {
  const view = riskView();
  const entry = candidate("BUY", "1", "100");
  const check = checkOf("DENY");
  place(view, 1, {});
  assert.is(check.order!(view, entry), null);
  place(view, 2, { side: "SELL", symbol: "BBBUSDT", strategy_id: "beta" });
  assert.equal(check.order!(view, entry), {
    detail: "2 orders are open, at most 2",
    strategy_id: null,
    symbol: null,
  });
  assert.is(check.order!(view, candidate("SELL", "1", "100")), null);
  assert.equal(check.state!(view), []);
});

test("openOrdersLimit() finds a freeze over when there is room for one more", () => {
  const view = riskView();
  const check = checkOf("FREEZE");
  for (const number of [1, 2, 3]) place(view, number, {});
  assert.equal(check.state!(view), []); // nothing has met the limit yet
  check.order!(view, candidate("BUY", "1", "100"));
  for (const [number, found] of [[1, 1], [2, 0]] as const) {
    view.orders.delete(orderIdOf(number));
    assert.is(check.state!(view).length, found);
  }
  place(view, 4, {});
  assert.equal(check.state!(view), []);
});

/** Alpha has an open order in each symbol. */
function full(action: LimitAction): Night {
  const it = night({ open_orders: { limit: 2, action } });
  for (const symbol of ["AAAUSDT", "BBBUSDT"]) {
    it.step(book(1, "99", "100", { symbol }));
    assert.is(it.step(signal(1, "BUY", { symbol })).length, 2);
  }
  return it;
}

test("riskRole() denies an order too many, until one has ended", () => {
  const it = full("DENY");
  assert.equal(it.step(signal(2, "BUY", { strategy: "beta" })), ["DENY RISK_OPEN_ORDERS beta AAAUSDT"]);
  it.step(result(3, 1, "REJECTED"));
  assert.is(it.step(signal(3, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() freezes at an order too many, says so once, and thaws when one has ended", () => {
  const it = full("FREEZE");
  assert.equal(it.step(signal(2, "BUY", { strategy: "beta" })), ["FREEZE RISK_OPEN_ORDERS * *"]);
  assert.equal(it.step(timer(3)), []);
  assert.equal(it.step(signal(4, "BUY", { strategy: "beta" })), ["DENY RISK_OPEN_ORDERS beta AAAUSDT"]);
  it.step(result(5, 1, "REJECTED"));
  assert.equal(it.step(timer(6)), ["UNFREEZE RISK_OPEN_ORDERS * *"]);
  assert.is(it.step(signal(7, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() stops at an order too many", () => {
  const it = full("STOP");
  assert.equal(it.step(timer(2)), []);
  assert.equal(it.step(signal(2, "BUY", { strategy: "beta" })), ["STOP RISK_OPEN_ORDERS * *"]);
  assert.equal(it.step(signal(3, "BUY", { strategy: "beta" })), []);
});

test.run();
