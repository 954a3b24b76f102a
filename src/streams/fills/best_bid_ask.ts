import type { Side, TimeInForce } from "../../core/event.ts";
import type { Price, Quantity } from "../../core/fixed_point.ts";

/**
 * The fill model: what one order gets at one tick of the best bid and ask, at which price.
 * It knows the displayed size and nothing behind it: never more fills than was shown, nothing fills at a price
 * that the market did not reach, and a resting order counts on no better price than its own.
 */
export const BEST_BID_ASK = "best_bid_ask.v1";

/** The best price of one side at one tick; several orders share what it shows. */
export interface Displayed {
  readonly price: Price;
  left: Quantity;
}

export interface WorkingOrder {
  readonly side: Side;
  /** Null for a market order. */
  readonly limit: Price | null;
  readonly tif: TimeInForce;
  readonly remaining: Quantity;
  /** It has been offered an earlier tick, so what is left of a limit order stands in the book. */
  readonly resting: boolean;
}

export interface Execution {
  readonly quantity: Quantity;
  readonly price: Price;
  readonly liquidity: "maker" | "taker";
}

/** Takes from the opposite side what the order can have of it. */
export function takeFrom(displayed: Displayed, order: WorkingOrder): Execution | null {
  const { limit, remaining } = order;
  if (limit !== null && !reaches(order.side, displayed.price, limit)) return null;
  const quantity = remaining < displayed.left ? remaining : displayed.left;
  if (quantity === 0n || (order.tif === "FOK" && quantity < remaining)) return null;
  displayed.left = (displayed.left - quantity) as Quantity;
  return limit !== null && order.resting
    ? { quantity, price: limit, liquidity: "maker" }
    : { quantity, price: displayed.price, liquidity: "taker" };
}

function reaches(side: Side, opposite: Price, limit: Price): boolean {
  return side === "BUY" ? opposite <= limit : opposite >= limit;
}
