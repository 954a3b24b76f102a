import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { stalePrice } from "../../../src/streams/risk/stale_price.ts";
import { holding, type Night, night } from "../../support/risk_stage.ts";
import { candidate, type MadeView, riskView } from "../../support/risk_views.ts";
import { book, rulesOf, signal, timer, trade, WIDE } from "../../support/trading_events.ts";

const checkOf = (action: LimitAction): RiskCheck =>
  stalePrice({ ...WIDE, stale_price: { limit_ms: 100, action } });

function viewAt(ts: number, bookTs: number): MadeView {
  const view = riskView();
  view.ts = ts;
  view.markets.set("AAAUSDT", { rules: rulesOf("AAAUSDT"), book: null, bookTs });
  return view;
}

test("stalePrice() is the check of its code, with the action of the config", () => {
  assert.equal([checkOf("DENY").code, checkOf("DENY").action], ["RISK_STALE_PRICE", "DENY"]);
});

test("stalePrice() allows an entry by a book of exactly the limit's age, and no smaller one by an older", () => {
  const check = checkOf("DENY");
  const entry = candidate("BUY", "1", "100");
  assert.is(check.order!(viewAt(1100, 1000), entry), null);
  assert.equal(check.order!(viewAt(1101, 1000), entry), {
    detail: "the book of AAAUSDT is 101 ms old, at most 100",
    strategy_id: null,
    symbol: "AAAUSDT",
  });
  assert.is(check.order!(viewAt(1101, 1000), candidate("SELL", "1", "100")), null);
  assert.equal(check.state!(viewAt(1101, 1000)), []);
});

test("stalePrice() finds a freeze standing until the next book", () => {
  const check = checkOf("FREEZE");
  assert.equal(check.state!(viewAt(1101, 1000)), []);
  const found = check.order!(viewAt(1101, 1000), candidate("BUY", "1", "100"));
  assert.equal(check.state!(viewAt(1101, 1000)), [found]);
  assert.equal(check.state!(viewAt(1102, 1102)), []);
  assert.equal(check.state!(viewAt(1300, 1102)), []);
});

/** Alpha signals by a trade, 101 ms after the last book. */
function stale(action: LimitAction): Night {
  const it = night({ stale_price: { limit_ms: 100, action } });
  it.step(book(1, "99", "100"));
  it.step(book(90, "99", "100", { symbol: "BBBUSDT" }));
  assert.equal(it.step(trade(102, "99")), []);
  return it;
}

test("riskRole() denies an entry by a stale price, in this symbol alone, until the next book", () => {
  const it = stale("DENY");
  assert.equal(it.step(signal(102, "BUY")), ["DENY RISK_STALE_PRICE alpha AAAUSDT"]);
  assert.is(it.step(signal(102, "BUY", { symbol: "BBBUSDT" })).length, 2);
  it.step(book(103, "99", "100"));
  assert.is(it.step(signal(103, "BUY")).length, 2);
});

test("riskRole() freezes a symbol at an entry by a stale price, and thaws it at the next book", () => {
  const it = stale("FREEZE");
  assert.equal(it.step(timer(102)), []);
  assert.equal(it.step(signal(102, "BUY")), ["FREEZE RISK_STALE_PRICE * AAAUSDT"]);
  assert.equal(it.step(timer(500)), []);
  assert.equal(it.step(signal(500, "BUY", { strategy: "beta" })), ["DENY RISK_STALE_PRICE beta AAAUSDT"]);
  assert.equal(it.step(book(501, "99", "100")), ["UNFREEZE RISK_STALE_PRICE * AAAUSDT"]);
  assert.is(it.step(signal(501, "BUY")).length, 2);
});

test("riskRole() stops at an entry by a stale price, but sells by one", () => {
  assert.equal(stale("STOP").step(signal(102, "BUY")), ["STOP RISK_STALE_PRICE * AAAUSDT"]);
  const it = holding({ stale_price: { limit_ms: 100, action: "STOP" } });
  assert.equal(it.step(signal(9000, "SELL")), ["ALLOW OK alpha AAAUSDT", "#2 SELL 1 MARKET GTC"]);
});

test.run();
