import type { Fill, OrderIntent, OrderResult, Proposal } from "../../core/event.ts";
import { type Fee, formatUnits, type Price, type Quantity } from "../../core/fixed_point.ts";
import { BEST_BID_ASK, type Execution } from "./best_bid_ask.ts";

/**
 * An order on the paper venue, and what is said of it: the payloads are made here, field by field as the contract
 * orders them. Nothing here changes an order.
 */
export interface PaperOrder {
  readonly intent: OrderIntent;
  readonly orderId: string;
  readonly side: OrderIntent["side"];
  readonly tif: NonNullable<OrderIntent["tif"]>;
  readonly quantity: Quantity;
  /** Null for a market order. */
  readonly limit: Price | null;
  /** It fills at no tick before this time. */
  readonly eligibleTs: number;
  /** What no fill in the log has taken yet. */
  remaining: Quantity;
  /** It has been offered a tick. */
  resting: boolean;
  /** Its acceptance is in the log. */
  accepted: boolean;
  /** A fill has been said that is not in the log yet. */
  fillUnderWay: boolean;
  /** How it ends as soon as the fill under way is in the log. */
  ending: Ending | null;
}

export interface Ending {
  readonly result: "CANCELED" | "EXPIRED";
  readonly reason: "CANCEL_REQUESTED" | "TIME_IN_FORCE" | "STOPPED" | "NIGHT_ENDED";
}

export function acceptanceOf({ intent, orderId }: PaperOrder): Proposal<"order_result"> {
  return resultOf(intent, orderId, "ACCEPTED", "0");
}

export function rejectionOf(intent: OrderIntent, reason: string): Proposal<"order_result"> {
  return resultOf(intent, null, "REJECTED", "0", reason);
}

export function endingOf(order: PaperOrder, { result, reason }: Ending): Proposal<"order_result"> {
  const filled = formatUnits((order.quantity - order.remaining) as Quantity);
  return resultOf(order.intent, order.orderId, result, filled, reason);
}

/** A fill, and how the order stands after it. */
export function fillOf(
  order: PaperOrder,
  { quantity, price, liquidity }: Execution,
  fee: Fee,
  feeAsset: string,
): readonly [Proposal<"fill">, Proposal<"order_result">] {
  const { intent, orderId } = order;
  const filled = (order.quantity - order.remaining + quantity) as Quantity;
  const fill: Fill = {
    venue: intent.venue,
    strategy_id: intent.strategy_id,
    client_order_id: intent.client_order_id,
    order_id: orderId,
    symbol: intent.symbol,
    side: intent.side,
    qty: formatUnits(quantity),
    price: formatUnits(price),
    fee: formatUnits(fee),
    fee_asset: feeAsset,
    liquidity,
    model: BEST_BID_ASK,
  };
  const result = filled === order.quantity ? "FILLED" : "PARTIAL";
  return [{ type: "fill", payload: fill }, resultOf(intent, orderId, result, formatUnits(filled))];
}

function resultOf(
  { venue, strategy_id, symbol, client_order_id }: OrderIntent,
  order_id: string | null,
  result: OrderResult["result"],
  filled_qty: string,
  reason_code?: string,
): Proposal<"order_result"> {
  return {
    type: "order_result",
    payload: reason_code === undefined
      ? { venue, strategy_id, symbol, client_order_id, order_id, result, filled_qty }
      : { venue, strategy_id, symbol, client_order_id, order_id, result, filled_qty, reason_code },
  };
}
