import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnits, parsePrice } from "../../../src/core/fixed_point.ts";
import { applyFill, markSymbol } from "../../../src/core/portfolio.ts";
import { exposure } from "../../../src/streams/risk/exposure.ts";
import { candidate, place, riskView } from "../../support/risk_views.ts";
import { fill, WIDE } from "../../support/trading_events.ts";

const half = () => exposure({ ...WIDE, exposure: { limit: "0.5", action: "STOP" } });

test("exposure() is the check of its code, with the action of the config", () => {
  assert.equal([half().code, half().action], ["RISK_EXPOSURE", "STOP"]);
});

test("exposure() allows an order up to the limit itself and says how much of a larger one would pass", () => {
  const view = riskView();
  for (
    const [quantity, most] of [["5", "-"], ["5.01", "5"], ["9", "5"]] as const
  ) {
    const breach = half().order!(view, candidate("BUY", quantity, "100"));
    assert.is(breach === null ? "-" : formatUnits(breach.quantityMax!), most, quantity);
  }
  assert.is(half().order!(view, candidate("SELL", "9", "100")), null);
});

test("exposure() counts positions at mark and the open rest of purchases, not sales", () => {
  const view = riskView();
  applyFill(view.portfolio, fill(1, 1, { qty: "2", price: "100", fee: "0" }).payload);
  place(view, 2, { qty: "1.5", order_type: "LIMIT", limit_price: "100" });
  place(view, 3, { qty: "2", side: "SELL" });
  assert.equal(half().state!(view), []);
  assert.is(half().order!(view, candidate("BUY", "1.5", "100")), null);
  assert.is(formatUnits(half().order!(view, candidate("BUY", "1.51", "100"))!.quantityMax!), "1.5");
});

test("exposure() finds a breach once prices have carried it beyond the limit", () => {
  const view = riskView();
  applyFill(view.portfolio, fill(1, 1, { qty: "5", price: "100", fee: "0" }).payload);
  assert.equal(half().state!(view), []);
  markSymbol(view.portfolio, "paper", "AAAUSDT", parsePrice("100.1"));
  assert.equal(half().state!(view), [{
    detail: "exposure 500.5 is 0.50024987 of equity 1000.5, at most 0.5",
    strategy_id: null,
    symbol: null,
  }]);
  const none = half().order!(view, candidate("BUY", "1", "100"))!;
  assert.is(none.quantityMax, 0n);
});

test.run();
