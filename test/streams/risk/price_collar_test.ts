import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import type { BookTick } from "../../../src/core/event.ts";
import { priceCollar } from "../../../src/streams/risk/price_collar.ts";
import type { RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { holding, type Night, night } from "../../support/risk_stage.ts";
import { candidate, type MadeView, riskView } from "../../support/risk_views.ts";
import { book, rulesOf, signal, timer, WIDE } from "../../support/trading_events.ts";

const checkOf = (action: LimitAction): RiskCheck =>
  priceCollar({ ...WIDE, price_collar: { limit: "0.02", action } });

function viewOf(bid: string, ask: string): MadeView {
  const view = riskView();
  const rules = rulesOf("AAAUSDT");
  view.markets.set("AAAUSDT", { rules, book: book(0, bid, ask).payload as BookTick, bookTs: 0 });
  return view;
}

test("priceCollar() is the check of its code, with the action of the config", () => {
  assert.equal([checkOf("DENY").code, checkOf("DENY").action], ["RISK_PRICE_COLLAR", "DENY"]);
});

// the mid is 100
for (
  const [side, price, expected] of [
    ["BUY", "100", "-"],
    ["BUY", "102", "-"],
    ["BUY", "102.00000001", "price 102.00000001 is 0.02 from the mid 100 of AAAUSDT, at most 0.02"],
    ["BUY", "98", "-"],
    ["BUY", "97.9", "price 97.9 is 0.021 from the mid 100 of AAAUSDT, at most 0.02"],
    ["SELL", "50", "-"],
  ] as const
) {
  test(`priceCollar() judges ${side} at ${price} by the mid`, () => {
    const breach = checkOf("DENY").order!(viewOf("99", "101"), candidate(side, "1", price));
    assert.is(breach?.detail ?? "-", expected);
    if (breach !== null) assert.equal([breach.strategy_id, breach.symbol], [null, "AAAUSDT"]);
  });
}

test("priceCollar() finds a freeze standing until both sides of the book are near the mid", () => {
  const check = checkOf("FREEZE");
  assert.equal(check.state!(viewOf("90", "110")), []); // no entry has met it
  check.order!(viewOf("90", "110"), candidate("BUY", "1", "110"));
  assert.is(check.state!(viewOf("97.9", "102.1")).length, 1);
  assert.is(check.state!(viewOf("97.99999999", "102")).length, 1); // the bid alone: the mid is rounded
  assert.equal(check.state!(viewOf("98", "102")), []);
  assert.equal(check.state!(viewOf("90", "110")), []);
});

/** The book of AAAUSDT is as wide as the spread that it says, that of BBBUSDT is narrow. */
function wide(action: LimitAction): Night {
  const it = night({ price_collar: { limit: "0.02", action } });
  it.step(book(1, "95", "105"));
  it.step(book(1, "99", "100", { symbol: "BBBUSDT" }));
  return it;
}

test("riskRole() denies an entry too far from the mid, in this symbol alone", () => {
  const it = wide("DENY");
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_PRICE_COLLAR alpha AAAUSDT"]);
  assert.is(it.step(signal(1, "BUY", { symbol: "BBBUSDT" })).length, 2);
  it.step(book(2, "99", "100"));
  assert.is(it.step(signal(2, "BUY")).length, 2);
});

test("riskRole() freezes a symbol at an entry too far from the mid, and thaws it with a narrow book", () => {
  const it = wide("FREEZE");
  assert.equal(it.step(timer(1)), []);
  assert.equal(it.step(signal(1, "BUY")), ["FREEZE RISK_PRICE_COLLAR * AAAUSDT"]);
  assert.equal(it.step(book(2, "94", "104")), []);
  assert.equal(it.step(signal(2, "BUY", { strategy: "beta" })), ["DENY RISK_PRICE_COLLAR beta AAAUSDT"]);
  assert.equal(it.step(book(3, "99", "100")), ["UNFREEZE RISK_PRICE_COLLAR * AAAUSDT"]);
  assert.is(it.step(signal(3, "BUY")).length, 2);
});

test("riskRole() stops at an entry too far from the mid, but sells there", () => {
  assert.equal(wide("STOP").step(signal(1, "BUY")), ["STOP RISK_PRICE_COLLAR * AAAUSDT"]);
  const it = holding({ price_collar: { limit: "0.02", action: "STOP" } });
  it.step(book(3, "80", "110"));
  assert.equal(it.step(signal(4, "SELL")), ["ALLOW OK alpha AAAUSDT", "#2 SELL 1 MARKET GTC"]);
});

test.run();
