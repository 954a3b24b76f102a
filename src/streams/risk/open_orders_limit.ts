import type { RiskConfig } from "../../core/config.ts";
import type { Breach, RiskCheck, RiskView } from "./risk_check.ts";

/** RISK_OPEN_ORDERS: the orders open at once, exits included. Only an entry that would be one too many meets it. */
export function openOrdersLimit({ open_orders: { limit, action } }: RiskConfig): RiskCheck {
  let isFrozen = false;

  function breachOf({ orders }: RiskView): Breach {
    return { detail: `${orders.size} orders are open, at most ${limit}`, strategy_id: null, symbol: null };
  }

  return {
    code: "RISK_OPEN_ORDERS",
    action,
    order(view, { side }) {
      if (side === "SELL" || view.orders.size < limit) return null;
      isFrozen = action === "FREEZE";
      return breachOf(view);
    },
    /** A freeze is over as soon as there is room for one more. */
    state(view) {
      if (view.orders.size < limit) isFrozen = false;
      return isFrozen ? [breachOf(view)] : [];
    },
  };
}
