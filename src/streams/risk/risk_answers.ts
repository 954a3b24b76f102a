import type { Facts, OrderIntent, Proposal, RiskVerb, Signal } from "../../core/event.ts";
import { formatUnits } from "../../core/fixed_point.ts";
import type { Candidate, RiskView } from "./risk_check.ts";

/** What the risk role says, field by field in the order of the contract. It decides nothing. */

/** The answer to a signal. */
export function verdict(
  { strategy_id, symbol }: Signal,
  action: RiskVerb,
  reason_code: string,
  detail?: string,
): Proposal<"risk_action"> {
  return {
    type: "risk_action",
    payload: detail === undefined
      ? { strategy_id, symbol, action, reason_code }
      : { strategy_id, symbol, action, reason_code, detail },
  };
}

export function intentOf(
  order: Candidate,
  { venue, client_order_id, facts }: {
    readonly venue: string;
    readonly client_order_id: string;
    readonly facts: Facts;
  },
): OrderIntent {
  const { strategy_id, symbol, side, order_type, tif } = order;
  const qty = formatUnits(order.quantity);
  if (order_type === "MARKET") {
    return { venue, strategy_id, symbol, side, qty, order_type, client_order_id, tif, facts };
  }
  const limit_price = formatUnits(order.price);
  return { venue, strategy_id, symbol, side, qty, order_type, client_order_id, limit_price, tif, facts };
}

/** Orders that have stood for too long. The answer comes within the turn; one that policy refused is asked again. */
export function cancelsOf(
  { orders, ts: nowTs }: RiskView,
  orderTtlMs: number,
): readonly Proposal<"order_cancel">[] {
  const cancels: Proposal<"order_cancel">[] = [];
  for (const { venue, strategy_id, symbol, client_order_id, ts } of orders.values()) {
    if (nowTs - ts <= orderTtlMs) continue;
    cancels.push({
      type: "order_cancel",
      payload: { venue, strategy_id, symbol, client_order_id, facts: { reason: "ttl" } },
    });
  }
  return cancels;
}
