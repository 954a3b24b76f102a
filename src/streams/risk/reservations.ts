import { type Amount, costOf, type Quantity, type Rate } from "../../core/fixed_point.ts";
import { type OpenOrders, remainingOf } from "../../core/open_orders.ts";

/**
 * What open orders tie up, so that nothing is spent or sold twice. It is worked out from the orders each time:
 * what an order reserves is free in the moment in which the order is no longer open.
 */

/** Cash that a strategy's open purchases may still need, with the taker's fee. */
export function reservedCash(orders: OpenOrders, strategyId: string, takerFee: Rate): Amount {
  let cash = 0n;
  for (const order of orders.values()) {
    if (order.strategy_id !== strategyId || order.side !== "BUY") continue;
    cash += costOf(order.price, remainingOf(order), takerFee);
  }
  return cash as Amount;
}

/** What a strategy's open sales of a symbol may still take from its position. */
export function reservedQuantity(orders: OpenOrders, strategyId: string, symbol: string): Quantity {
  let quantity = 0n;
  for (const order of orders.values()) {
    if (order.strategy_id !== strategyId || order.symbol !== symbol || order.side !== "SELL") continue;
    quantity += remainingOf(order);
  }
  return quantity as Quantity;
}

export function hasOpenOrder(orders: OpenOrders, strategyId: string, symbol: string): boolean {
  for (const order of orders.values()) {
    if (order.strategy_id === strategyId && order.symbol === symbol) return true;
  }
  return false;
}
