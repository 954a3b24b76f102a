import type { BookTick, OrderIntent } from "../../core/event.ts";
import { notionalOf, type Price, type Quantity } from "../../core/fixed_point.ts";
import type { SymbolRules } from "../../core/symbol_rules.ts";

/**
 * What a venue checks of a new order before it takes it. It sees one order and the symbol's state, and changes neither.
 */
export type RefusalCode =
  | "STOPPED" // the night is over
  | "UNKNOWN_VENUE"
  | "UNKNOWN_SYMBOL"
  | "CLIENT_ORDER_ID" // not of this run, or seen before
  | "QUANTITY_STEP" // zero, or not a multiple of the symbol's step
  | "PRICE_TICK" // a limit that is missing, zero, or off the symbol's tick
  | "NO_PRICE" // a market order before the first book
  | "MIN_NOTIONAL"
  | "NO_POSITION" // sells more than the strategy holds and has not offered yet
  | "TOO_MANY_ORDERS";

export interface NewOrder {
  readonly intent: OrderIntent;
  readonly quantity: Quantity;
  /** Null for a market order; 0 where a limit order says none. */
  readonly limit: Price | null;
}

export interface Offered {
  readonly rules: SymbolRules;
  /** The best price that the order would take, where a book was seen. */
  readonly opposite: Price | null;
  /** The strategy's position less what its open sales hold. */
  readonly sellable: Quantity;
}

export function refusalOf({ intent, quantity, limit }: NewOrder, offered: Offered): RefusalCode | null {
  const { rules, opposite, sellable } = offered;
  if (quantity === 0n || quantity % rules.quantityStep !== 0n) return "QUANTITY_STEP";
  if (limit === 0n || (limit !== null && limit % rules.priceTick !== 0n)) return "PRICE_TICK";
  const price = limit ?? opposite;
  if (price === null) return "NO_PRICE";
  if (notionalOf(price, quantity) < rules.notionalMin) return "MIN_NOTIONAL";
  return intent.side === "SELL" && quantity > sellable ? "NO_POSITION" : null;
}

/** The best price that an order of this side would take. */
export function oppositeOf(side: OrderIntent["side"], tick: BookTick): string {
  return side === "BUY" ? tick.ask : tick.bid;
}
