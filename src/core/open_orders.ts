import type { Event, Fill, OrderIntent, OrderResult, OrderType, Side, TimeInForce } from "./event.ts";
import {
  formatUnits,
  parsePrice,
  parseQuantity,
  type Price,
  type Quantity,
  ZERO_QUANTITY,
} from "./fixed_point.ts";

/**
 * The orders that are under way, as the log tells it: a fold over order_intent, fill and order_result.
 * An order is open from its intent (it ties up cash or a position from there on) until its last result.
 */
export interface OpenOrder {
  readonly venue: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly client_order_id: string;
  readonly side: Side;
  readonly qty: Quantity;
  readonly order_type: OrderType;
  readonly limit_price: Price | null;
  readonly tif: TimeInForce;
  /** When the intent was written. */
  readonly ts: number;
  /** The limit, or for a market order the price it was sized at: what the open rest is reckoned with. */
  readonly price: Price;
  filled_qty: Quantity;
}

/** By client_order_id, in the order of the intents. */
export type OpenOrders = Map<string, OpenOrder>;

export function openOrders(): OpenOrders {
  return new Map();
}

export function foldOpenOrder(orders: OpenOrders, event: Event<"order_intent" | "order_result">): void {
  if (event.type === "order_intent") placeOrder(orders, event.payload, event.ts);
  else applyResult(orders, event.payload);
}

/** For the role that writes the intent: what it has asked for counts before the log shows it again. */
export function placeOrder(orders: OpenOrders, intent: OrderIntent, ts: number): void {
  if (orders.has(intent.client_order_id)) {
    throw new Error(`Order ${JSON.stringify(intent.client_order_id)} is open already`);
  }
  const limit = intent.limit_price === undefined ? null : parsePrice(intent.limit_price);
  orders.set(intent.client_order_id, {
    venue: intent.venue,
    strategy_id: intent.strategy_id,
    symbol: intent.symbol,
    client_order_id: intent.client_order_id,
    side: intent.side,
    qty: parseQuantity(intent.qty),
    order_type: intent.order_type,
    limit_price: limit,
    tif: intent.tif ?? "GTC",
    ts,
    price: limit ?? reckonedPrice(intent),
    filled_qty: ZERO_QUANTITY,
  });
}

/** For those who must know a fill before the result that follows it; the result then says the same again. */
export function fillOrder(orders: OpenOrders, fill: Fill): void {
  const order = orderOf(orders, fill.client_order_id);
  order.filled_qty = withinOrder(order, order.filled_qty + parseQuantity(fill.qty));
}

function applyResult(orders: OpenOrders, result: OrderResult): void {
  const order = orderOf(orders, result.client_order_id);
  switch (result.result) {
    case "ACCEPTED":
      return;
    case "PARTIAL":
    case "UNKNOWN": // its rest stays tied up: nobody knows that it is free
      order.filled_qty = withinOrder(order, parseQuantity(result.filled_qty));
      return;
    case "REJECTED":
    case "FILLED":
    case "CANCELED":
    case "EXPIRED":
      orders.delete(result.client_order_id);
  }
}

export function remainingOf(order: OpenOrder): Quantity {
  return (order.qty - order.filled_qty) as Quantity;
}

/** As portfolio.json shows them. */
export function openOrdersOf(orders: OpenOrders): readonly Readonly<Record<string, unknown>>[] {
  return [...orders.values()].map((order) => ({
    venue: order.venue,
    strategy_id: order.strategy_id,
    symbol: order.symbol,
    client_order_id: order.client_order_id,
    side: order.side,
    qty: formatUnits(order.qty),
    filled_qty: formatUnits(order.filled_qty),
    order_type: order.order_type,
    limit_price: order.limit_price === null ? null : formatUnits(order.limit_price),
    tif: order.tif,
    ts: order.ts,
  }));
}

function orderOf(orders: OpenOrders, id: string): OpenOrder {
  const order = orders.get(id);
  if (order === undefined) throw new Error(`Order ${JSON.stringify(id)} is not open`);
  return order;
}

function reckonedPrice(intent: OrderIntent): Price {
  const price = intent.facts["price"];
  if (typeof price !== "number") {
    throw new Error(`Market order ${JSON.stringify(intent.client_order_id)} has no price in its facts`);
  }
  return BigInt(price) as Price;
}

function withinOrder(order: OpenOrder, filled: bigint): Quantity {
  if (filled > order.qty) {
    throw new Error(`Order ${JSON.stringify(order.client_order_id)} is filled beyond its quantity`);
  }
  return filled as Quantity;
}
