import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAmount, formatUnits, parseQuantity, parseRate } from "../../../src/core/fixed_point.ts";
import { hasOpenOrder, reservedCash, reservedQuantity } from "../../../src/streams/risk/reservations.ts";
import { place, riskView } from "../../support/risk_views.ts";
import { orderIdOf } from "../../support/trading_events.ts";

const FEE = parseRate("0.001");

test("reservedCash() is what open purchases may still need, with the fee", () => {
  const view = riskView();
  const cash = (strategy: string) => formatAmount(reservedCash(view.orders, strategy, FEE));
  assert.is(cash("alpha"), "0");
  place(view, 1, { qty: "2", order_type: "LIMIT", limit_price: "50" });
  place(view, 2, { qty: "1", symbol: "BBBUSDT", facts: { price: 1_000_000_000 } });
  place(view, 3, { qty: "1", strategy_id: "beta" });
  place(view, 4, { qty: "5", side: "SELL" });
  assert.is(cash("alpha"), "110.11");
  assert.is(cash("beta"), "100.1");
  view.orders.get(orderIdOf(1))!.filled_qty = parseQuantity("1.5");
  assert.is(cash("alpha"), "35.035");
  view.orders.delete(orderIdOf(1));
  assert.is(cash("alpha"), "10.01");
});

test("reservedQuantity() is what open sales may still take", () => {
  const view = riskView();
  const quantity = (strategy: string, symbol: string) =>
    formatUnits(reservedQuantity(view.orders, strategy, symbol));
  place(view, 1, { qty: "2", side: "SELL" });
  place(view, 2, { qty: "1", side: "SELL" });
  place(view, 3, { qty: "4", side: "SELL", symbol: "BBBUSDT" });
  place(view, 4, { qty: "8" });
  view.orders.get(orderIdOf(1))!.filled_qty = parseQuantity("0.5");
  assert.equal([quantity("alpha", "AAAUSDT"), quantity("alpha", "BBBUSDT"), quantity("beta", "AAAUSDT")], [
    "2.5",
    "4",
    "0",
  ]);
});

test("hasOpenOrder() asks for the strategy and the symbol", () => {
  const view = riskView();
  place(view, 1, {});
  assert.equal(
    [["alpha", "AAAUSDT"], ["alpha", "BBBUSDT"], ["beta", "AAAUSDT"]].map(([strategy, symbol]) =>
      hasOpenOrder(view.orders, strategy!, symbol!)
    ),
    [true, false, false],
  );
});

test.run();
