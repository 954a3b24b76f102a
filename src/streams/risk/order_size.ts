import type { RiskConfig } from "../../core/config.ts";
import { affordable, formatAmount, parseAmount } from "../../core/fixed_point.ts";
import type { RiskCheck } from "./risk_check.ts";

/** RISK_ORDER_SIZE: what one entry may be worth. An exit is as large as its position. */
export function orderSize({ order_size: { limit, action } }: RiskConfig): RiskCheck {
  const most = parseAmount(limit);
  return {
    code: "RISK_ORDER_SIZE",
    action,
    order(_view, { side, strategy_id, symbol, notional, price, rules }) {
      if (side === "SELL" || notional <= most) return null;
      return {
        detail: `order of ${formatAmount(notional)}, at most ${limit}`,
        strategy_id,
        symbol,
        quantityMax: affordable(most, price, rules.quantityStep),
      };
    },
  };
}
