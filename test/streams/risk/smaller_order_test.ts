import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EntryAdvice } from "../../../src/core/advice.ts";
import { formatAmount, formatUnits, parseQuantity, type Quantity } from "../../../src/core/fixed_point.ts";
import type { Candidate } from "../../../src/streams/risk/risk_check.ts";
import { reduceTo, shrinkByAdvice } from "../../../src/streams/risk/smaller_order.ts";
import { candidate } from "../../support/risk_views.ts";
import { night } from "../../support/risk_stage.ts";
import { book, signal } from "../../support/trading_events.ts";

const advice = (size_pct: number): EntryAdvice => ({ p_up: 0.47, model_id: "model_a", size_pct });

function textOf(order: Candidate | null): string | null {
  return order === null ? null : `${formatUnits(order.quantity)} for ${formatAmount(order.notional)}`;
}

test("reduceTo() gives the order with less, or none where that is too little to be one", () => {
  const order = candidate("BUY", "1", "100");
  assert.is(textOf(reduceTo(order, parseQuantity("0.4"))), "0.4 for 40");
  assert.is(textOf(reduceTo(order, parseQuantity("0.05"))), "0.05 for 5", "the least notional itself");
  for (const none of [undefined, parseQuantity("0.04"), 0n as Quantity, -1n as Quantity]) {
    assert.is(reduceTo(order, none), null);
  }
});

/** Steps of 0.01, at least 5. */
const CASES:
  readonly (readonly [what: string, percent: number, code: string | null, order: string | null])[] = [
    ["all of it", 100, null, null],
    ["more than all of it", 1000, null, null],
    ["a half", 50, "AI_SHRINK", "0.49 for 49"],
    ["nearly all of it, which is a step less", 99, "AI_SHRINK", "0.98 for 98"],
    ["just enough", 6, "AI_SHRINK", "0.05 for 5"],
    ["too little", 5, "AI_SHRUNK_TOO_SMALL", null],
    ["less than a step", 1, "AI_SHRUNK_TOO_SMALL", null],
    ["nothing", 0, "AI_VETO", null],
    ["less than nothing", -1, "AI_VETO", null],
  ];
for (const [what, percent, code, order] of CASES) {
  test(`shrinkByAdvice() when ${what} of an entry is left`, () => {
    const shrunk = shrinkByAdvice(candidate("BUY", "0.99", "100"), advice(percent));
    assert.is(shrunk?.code ?? null, code);
    assert.is(textOf(shrunk?.order ?? null), order);
    if (shrunk !== null) {
      assert.is(shrunk.detail, `${percent} % of 0.99: model_a expects a rise with 0.47`);
    }
  });
}

test("shrinkByAdvice() leaves what nobody advises on, and every exit", () => {
  assert.is(shrinkByAdvice(candidate("BUY", "1", "100"), undefined), null);
  for (const percent of [0, 50, 100]) {
    assert.is(shrinkByAdvice(candidate("SELL", "1", "100"), advice(percent)), null);
  }
});

test("riskRole() answers an advised entry with one risk_action, and with the smaller order where there is one", () => {
  const asked = (percent: number) => {
    const it = night();
    it.step(book(0, "99", "100"));
    return it.step(signal(1, "BUY", { advice: advice(percent) }));
  };
  assert.equal(asked(100), ["ALLOW OK alpha AAAUSDT", "#1 BUY 1 MARKET GTC"]);
  assert.equal(asked(50), ["REDUCE AI_SHRINK alpha AAAUSDT", "#1 BUY 0.5 MARKET GTC"]);
  assert.equal(asked(1), ["DENY AI_SHRUNK_TOO_SMALL alpha AAAUSDT"]);
  assert.equal(asked(0), ["DENY AI_VETO alpha AAAUSDT"]);
});

test("riskRole() denies an order that is too large as a whole, however small advice would make it", () => {
  const it = night({ order_size: { limit: "50", action: "DENY" } });
  it.step(book(0, "99", "100"));
  assert.equal(it.step(signal(1, "BUY", { advice: advice(10) })), ["DENY RISK_ORDER_SIZE alpha AAAUSDT"]);
});

test("riskRole() shrinks what a limit has left of an order, and tells both", () => {
  const it = night({ order_size: { limit: "50", action: "REDUCE" } });
  it.step(book(0, "99", "100"));
  const [said, order] = it.raw(signal(1, "BUY", { advice: advice(50) }));
  assert.is(order?.type === "order_intent" && order.payload.qty, "0.25");
  const { payload } = said as { readonly payload: { readonly reason_code: string; readonly detail: string } };
  assert.is(payload.reason_code, "AI_SHRINK");
  assert.match(payload.detail, /50.*; 50 % of 0\.5: model_a expects a rise with 0\.47$/);
});

test("riskRole() frees a vetoed entry's place: it counts as no order", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "DENY" } });
  it.step(book(0, "99", "100"));
  it.step(signal(1, "BUY", { advice: advice(0) }));
  assert.equal(it.step(signal(2, "BUY")), ["ALLOW OK alpha AAAUSDT", "#1 BUY 1 MARKET GTC"]);
});

test.run();
