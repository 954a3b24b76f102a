import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Breach, MakeRiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { book, fill, result, signal, stopJournal, timer, trade } from "../../support/trading_events.ts";
import { holding, night } from "../../support/risk_stage.ts";

test("riskRole() reduces an order to what the limits leave", () => {
  const it = night({
    order_fraction: "0.5",
    order_size: { limit: "400", action: "REDUCE" },
    exposure: { limit: "0.1", action: "REDUCE" },
  });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["REDUCE RISK_EXPOSURE alpha AAAUSDT", "#1 BUY 2 MARKET GTC"]);
  assert.equal(it.step(signal(1, "BUY", { strategy: "beta" })), ["DENY RISK_EXPOSURE beta AAAUSDT"]);
});

test("riskRole() denies an order that is reduced below the least order", () => {
  const it = night({ order_size: { limit: "4.99", action: "REDUCE" } });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_ORDER_SIZE alpha AAAUSDT"]);
});

test("riskRole() denies when no smaller order helps", () => {
  const it = night({ trade_rate: { limit: 0, window_ms: 1000, action: "REDUCE" } });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_TRADE_RATE alpha AAAUSDT"]);
});

test("riskRole() stops at the order that goes beyond a limit, and never speaks again", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(signal(1000, "BUY", { strategy: "beta" })), ["STOP RISK_TRADE_RATE * *"]);
  assert.equal(it.step(signal(9000, "BUY", { strategy: "beta" })), []);
  assert.equal(it.step(timer(900_000)), []);
});

test("riskRole() lets an order through again when the window has moved on", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.is(it.step(signal(1001, "BUY", { strategy: "beta" })).length, 2);
});

for (
  const [code, risk] of [
    ["RISK_DRAWDOWN", { drawdown: { limit: "0.01", action: "STOP" } }],
    ["RISK_NIGHT_LOSS", { night_loss: { limit: "0.01", action: "STOP" } }],
  ] as const
) {
  test(`riskRole() stops at the tick that goes beyond ${code}`, () => {
    const it = holding(risk); // equity 1999.9, the fee being paid
    assert.equal(it.step(book(3, "80.1", "80.1")), []); // 1980, exactly 0.01 under 2000
    assert.equal(it.step(trade(3, "1")), []);
    assert.equal(it.step(book(4, "80", "80.1")), [`STOP ${code} * *`]);
    assert.equal(it.step(book(5, "1", "2")), []);
  });
}

test("riskRole() stops at the fill whose fee goes beyond a limit", () => {
  const it = night({ night_loss: { limit: "0.01", action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(fill(2, 1, { fee: "20.1" })), ["STOP RISK_NIGHT_LOSS * *"]);
});

test("riskRole() counts a fill once, though the result that closes its order comes after it", () => {
  const it = night({ exposure: { limit: "0.06", action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY")); // 100 of 2000
  assert.equal(it.step(fill(2, 1)), []);
  assert.equal(it.step(timer(2)), []);
});

test("riskRole() says nothing after a stop of another's", () => {
  const it = night();
  it.step(book(1, "99", "100"));
  assert.equal(it.step(stopJournal(1)), []);
  assert.equal(it.step(signal(1, "BUY")), []);
});

test("riskRole() freezes entries while a breach stands, lets exits pass, and thaws", () => {
  const it = holding({ drawdown: { limit: "0.01", action: "FREEZE" } });
  assert.equal(it.step(book(3, "79", "80")), ["FREEZE RISK_DRAWDOWN * *"]);
  assert.equal(it.step(book(4, "78", "80")), []);
  assert.equal(it.step(signal(4, "BUY", { strategy: "beta" })), ["DENY RISK_DRAWDOWN beta AAAUSDT"]);
  assert.equal(it.step(signal(4, "SELL")), ["ALLOW OK alpha AAAUSDT", "#2 SELL 1 MARKET GTC"]);
  assert.equal(it.step(book(5, "89", "90")), ["UNFREEZE RISK_DRAWDOWN * *"]);
  assert.is(it.step(signal(5, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() denies entries while a breach stands, without announcing it", () => {
  const it = holding({ drawdown: { limit: "0.01", action: "DENY" } });
  assert.equal(it.step(book(3, "79", "80")), []);
  assert.equal(it.step(signal(3, "BUY", { strategy: "beta" })), ["DENY RISK_DRAWDOWN beta AAAUSDT"]);
  assert.equal(it.step(book(4, "89", "90")), []);
  assert.is(it.step(signal(4, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() freezes at an order beyond the trade rate until there is room again", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "FREEZE" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(signal(2, "BUY", { strategy: "beta" })), ["FREEZE RISK_TRADE_RATE * *"]);
  assert.equal(it.step(signal(3, "BUY", { strategy: "beta" })), ["DENY RISK_TRADE_RATE beta AAAUSDT"]);
  assert.equal(it.step(book(1000, "99", "100")), []);
  assert.equal(it.step(book(1001, "99", "100")), ["UNFREEZE RISK_TRADE_RATE * *"]);
});

test("riskRole() lets an exit pass a trade rate that denies, but not one that stops", () => {
  for (
    const [action, answer] of [["DENY", "ALLOW OK alpha AAAUSDT"], [
      "STOP",
      "STOP RISK_TRADE_RATE * *",
    ]] as const
  ) {
    const it = holding({ trade_rate: { limit: 1, window_ms: 1000, action } });
    assert.is(it.step(signal(3, "SELL"))[0], answer);
  }
});

/** Freezes a symbol that has been silent for more than a second. */
const stalePrice: MakeRiskCheck = () => ({
  code: "RISK_STALE_PRICE",
  action: "FREEZE",
  state({ ts, markets }) {
    const breaches: Breach[] = [];
    for (const [symbol, { book, bookTs }] of markets) {
      if (book === null || ts - bookTs <= 1000) continue;
      breaches.push({ detail: `silent for ${ts - bookTs} ms`, strategy_id: null, symbol });
    }
    return breaches;
  },
});

test("riskRole() takes a check that freezes one symbol by the clock", () => {
  const it = night({}, { table: [stalePrice] });
  it.step(book(1, "99", "100"));
  it.step(book(500, "99", "100", { symbol: "BBBUSDT" }));
  assert.equal(it.step(timer(1001)), []);
  assert.equal(it.step(timer(1002)), ["FREEZE RISK_STALE_PRICE * AAAUSDT"]);
  assert.equal(it.step(signal(1002, "BUY")), ["DENY RISK_STALE_PRICE alpha AAAUSDT"]);
  assert.is(it.step(signal(1002, "BUY", { symbol: "BBBUSDT" })).length, 2);
  assert.equal(it.step(book(1003, "99", "100")), ["UNFREEZE RISK_STALE_PRICE * AAAUSDT"]);
});

/** After a losing round trip a strategy leaves the symbol alone for a second. */
const cooldown: MakeRiskCheck = () => {
  let breaches: Breach[] = [];
  return {
    code: "RISK_COOLDOWN",
    action: "FREEZE",
    closed({ ts }, { strategy_id, symbol, pnl }) {
      if (pnl < 0n) breaches.push({ detail: "lost", strategy_id, symbol, untilTs: ts + 1000 });
    },
    state({ ts }) {
      breaches = breaches.filter(({ untilTs }) => untilTs! > ts);
      return breaches;
    },
  };
};

test("riskRole() takes a check that freezes one strategy's symbol after a lost round trip", () => {
  const it = night({}, { table: [cooldown] });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  it.step(fill(2, 1));
  it.step(result(2, 1, "FILLED", "1"));
  it.step(signal(3, "SELL"));
  assert.equal(it.step(fill(4, 2, { side: "SELL", price: "99" })), ["FREEZE RISK_COOLDOWN alpha AAAUSDT"]);
  it.step(result(4, 2, "FILLED", "1"));
  assert.equal(it.step(signal(5, "BUY")), ["DENY RISK_COOLDOWN alpha AAAUSDT"]);
  assert.is(it.step(signal(5, "BUY", { strategy: "beta" })).length, 2);
  assert.equal(it.step(book(1003, "99", "100")), []);
  assert.equal(it.step(book(1004, "99", "100")), ["UNFREEZE RISK_COOLDOWN alpha AAAUSDT"]);
});

test.run();
