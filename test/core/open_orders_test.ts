import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnits, parseQuantity } from "../../src/core/fixed_point.ts";
import {
  fillOrder,
  foldOpenOrder,
  type OpenOrders,
  openOrders,
  openOrdersOf,
  placeOrder,
  remainingOf,
} from "../../src/core/open_orders.ts";
import { fill, intent, orderIdOf, result } from "../support/trading_events.ts";

function remaining(orders: OpenOrders, number: number): string | null {
  const order = orders.get(orderIdOf(number));
  return order === undefined ? null : formatUnits(remainingOf(order));
}

test("foldOpenOrder() follows an order from its intent to its last result", () => {
  for (const last of ["FILLED", "CANCELED", "EXPIRED"] as const) {
    const orders = openOrders();
    foldOpenOrder(orders, intent(1, 1, { qty: "3" }));
    assert.is(remaining(orders, 1), "3");
    foldOpenOrder(orders, result(1, 1, "ACCEPTED"));
    assert.is(remaining(orders, 1), "3");
    foldOpenOrder(orders, result(2, 1, "PARTIAL", "1"));
    assert.is(remaining(orders, 1), "2");
    foldOpenOrder(orders, result(3, 1, last, "3"));
    assert.is(remaining(orders, 1), null);
  }
});

test("foldOpenOrder() ends a rejected order", () => {
  const orders = openOrders();
  foldOpenOrder(orders, intent(1, 1));
  foldOpenOrder(orders, result(1, 1, "REJECTED"));
  assert.is(orders.size, 0);
});

test("foldOpenOrder() keeps an order whose state is unknown", () => {
  const orders = openOrders();
  foldOpenOrder(orders, intent(1, 1, { qty: "3" }));
  foldOpenOrder(orders, result(1, 1, "UNKNOWN", "1"));
  assert.is(remaining(orders, 1), "2");
});

test("fillOrder() counts a fill before its result, which then changes nothing", () => {
  const orders = openOrders();
  placeOrder(orders, intent(1, 1, { qty: "3" }).payload, 1);
  fillOrder(orders, fill(2, 1, { qty: "2" }).payload);
  assert.is(remaining(orders, 1), "1");
  foldOpenOrder(orders, result(2, 1, "PARTIAL", "2"));
  assert.is(remaining(orders, 1), "1");
});

test("fillOrder() throws on what cannot be", () => {
  const orders = openOrders();
  placeOrder(orders, intent(1, 1, { qty: "3" }).payload, 1);
  assert.throws(() => fillOrder(orders, fill(2, 1, { qty: "4" }).payload), /filled beyond its quantity/);
  assert.throws(() => fillOrder(orders, fill(2, 2).payload), /Order "20261121220000-2" is not open/);
  assert.throws(() => foldOpenOrder(orders, result(2, 2, "FILLED")), /is not open/);
  assert.throws(() => foldOpenOrder(orders, result(2, 1, "PARTIAL", "4")), /filled beyond its quantity/);
  assert.throws(() => placeOrder(orders, intent(3, 1).payload, 3), /is open already/);
});

test("placeOrder() reckons a limit order with its limit and a market order with the price in its facts", () => {
  const orders = openOrders();
  placeOrder(orders, intent(1, 1, { facts: { price: 12_345_000_000 } }).payload, 1);
  placeOrder(orders, intent(1, 2, { order_type: "LIMIT", limit_price: "99.5" }).payload, 1);
  assert.equal([...orders.values()].map(({ price }) => formatUnits(price)), ["123.45", "99.5"]);
  assert.throws(() => placeOrder(orders, intent(1, 3, { facts: {} }).payload, 1), /no price in its facts/);
});

test("openOrdersOf() shows the open orders in the order of their intents", () => {
  const orders = openOrders();
  placeOrder(orders, intent(1, 1, { qty: "3" }).payload, 1);
  const limit = { side: "SELL", order_type: "LIMIT", limit_price: "99.5", tif: "IOC" } as const;
  placeOrder(orders, intent(2, 2, limit).payload, 2);
  orders.get(orderIdOf(1))!.filled_qty = parseQuantity("1.5");
  const common = { venue: "paper", strategy_id: "alpha", symbol: "AAAUSDT" };
  assert.equal(openOrdersOf(orders), [
    {
      ...common,
      client_order_id: orderIdOf(1),
      side: "BUY",
      qty: "3",
      filled_qty: "1.5",
      order_type: "MARKET",
      limit_price: null,
      tif: "GTC",
      ts: 1,
    },
    {
      ...common,
      client_order_id: orderIdOf(2),
      side: "SELL",
      qty: "1",
      filled_qty: "0",
      order_type: "LIMIT",
      limit_price: "99.5",
      tif: "IOC",
      ts: 2,
    },
  ]);
});

test.run();
