import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnits, parsePrice } from "../../../src/core/fixed_point.ts";
import { applyFill, markSymbol } from "../../../src/core/portfolio.ts";
import { symbolExposure } from "../../../src/streams/risk/symbol_exposure.ts";
import { night } from "../../support/risk_stage.ts";
import { candidate, type MadeView, place, riskView } from "../../support/risk_views.ts";
import { book, fill, result, signal, SYMBOLS, WIDE } from "../../support/trading_events.ts";

const half = () => symbolExposure({ ...WIDE, symbol_exposure: { limit: "0.5", action: "REDUCE" } });

function viewOfAll(): MadeView {
  const view = riskView();
  for (const [symbol, rules] of SYMBOLS) view.markets.set(symbol, { rules, book: null, bookTs: 0 });
  return view;
}

test("symbolExposure() is the check of its code, with the action of the config", () => {
  assert.equal([half().code, half().action], ["RISK_SYMBOL_EXPOSURE", "REDUCE"]);
});

test("symbolExposure() allows up to the limit itself and says how much of a larger order would pass", () => {
  const view = viewOfAll();
  for (const [quantity, most] of [["5", "-"], ["5.01", "5"], ["9", "5"]] as const) {
    const breach = half().order!(view, candidate("BUY", quantity, "100"));
    assert.is(breach === null ? "-" : formatUnits(breach.quantityMax!), most, quantity);
  }
  assert.is(half().order!(view, candidate("SELL", "9", "100")), null);
});

test("symbolExposure() counts the symbol alone, over all strategies, at mark, with the open rest of purchases", () => {
  const view = viewOfAll();
  applyFill(view.portfolio, fill(1, 1, { qty: "1", price: "100", fee: "0" }).payload);
  applyFill(view.portfolio, fill(1, 2, { qty: "1", price: "100", fee: "0", strategy_id: "beta" }).payload);
  applyFill(view.portfolio, fill(1, 3, { qty: "1", price: "100", fee: "0", symbol: "BBBUSDT" }).payload);
  place(view, 4, { qty: "1.5", order_type: "LIMIT", limit_price: "100", strategy_id: "beta" });
  place(view, 5, { qty: "2", side: "SELL" });
  place(view, 6, { qty: "2", symbol: "BBBUSDT" });
  assert.is(half().order!(view, candidate("BUY", "1.5", "100")), null);
  const breach = half().order!(view, candidate("BUY", "1.51", "100"))!;
  assert.is(formatUnits(breach.quantityMax!), "1.5");
  assert.is(breach.detail, "exposure 501 in AAAUSDT is 0.501 of equity 1000, at most 0.5");
  assert.equal([breach.strategy_id, breach.symbol], [null, "AAAUSDT"]);
});

test("symbolExposure() finds each symbol that prices have carried beyond the limit", () => {
  const view = viewOfAll();
  applyFill(view.portfolio, fill(1, 1, { qty: "4", price: "100", fee: "0" }).payload);
  applyFill(view.portfolio, fill(1, 2, { qty: "5", price: "100", fee: "0", symbol: "BBBUSDT" }).payload);
  const check = half();
  assert.equal(check.state!(view), []);
  markSymbol(view.portfolio, "paper", "BBBUSDT", parsePrice("100.1"));
  assert.equal(check.state!(view), [{
    detail: "exposure 500.5 in BBBUSDT is 0.50024987 of equity 1000.5, at most 0.5",
    strategy_id: null,
    symbol: "BBBUSDT",
  }]);
  const none = check.order!(view, { ...candidate("BUY", "1", "100"), symbol: "BBBUSDT" })!;
  assert.is(none.quantityMax, 0n);
});

test("riskRole() reduces entries to what RISK_SYMBOL_EXPOSURE leaves of a symbol", () => {
  const it = night({ order_fraction: "0.5", symbol_exposure: { limit: "0.3", action: "REDUCE" } });
  it.step(book(1, "99.9", "100"));
  it.step(book(1, "99.9", "100", { symbol: "BBBUSDT" }));
  assert.equal(it.step(signal(1, "BUY")), ["ALLOW OK alpha AAAUSDT", "#1 BUY 5 MARKET GTC"]);
  assert.equal(it.step(signal(1, "BUY", { strategy: "beta" })), [
    "REDUCE RISK_SYMBOL_EXPOSURE beta AAAUSDT",
    "#2 BUY 1 MARKET GTC",
  ]);
  assert.is(it.step(signal(1, "BUY", { strategy: "beta", symbol: "BBBUSDT" })).length, 2);
});

test("riskRole() freezes the symbol that has grown too large, lets its exits pass, and thaws it", () => {
  const it = night({ symbol_exposure: { limit: "0.06", action: "FREEZE" } });
  it.step(book(1, "99.9", "100"));
  it.step(book(1, "99.9", "100", { symbol: "BBBUSDT" }));
  it.step(signal(1, "BUY"));
  it.step(fill(2, 1));
  it.step(result(2, 1, "FILLED", "1"));
  assert.equal(it.step(book(3, "130", "130.1")), ["FREEZE RISK_SYMBOL_EXPOSURE * AAAUSDT"]);
  assert.equal(it.step(book(4, "131", "131.1")), []);
  assert.equal(it.step(signal(4, "BUY", { strategy: "beta" })), ["DENY RISK_SYMBOL_EXPOSURE beta AAAUSDT"]);
  assert.is(it.step(signal(4, "BUY", { symbol: "BBBUSDT" })).length, 2);
  assert.is(it.step(signal(4, "SELL")).length, 2);
  assert.equal(it.step(book(5, "100", "100.1")), ["UNFREEZE RISK_SYMBOL_EXPOSURE * AAAUSDT"]);
});

test("riskRole() stops at the tick that carries a symbol beyond the limit", () => {
  const it = night({ symbol_exposure: { limit: "0.06", action: "STOP" } });
  it.step(book(1, "99.9", "100"));
  it.step(signal(1, "BUY"));
  it.step(fill(2, 1));
  assert.equal(it.step(book(3, "130", "130.1")), ["STOP RISK_SYMBOL_EXPOSURE * AAAUSDT"]);
  assert.equal(it.step(signal(4, "SELL")), []);
});

test.run();
