import type { RiskConfig } from "../../core/config.ts";
import { ordersWithin, roomTs } from "./order_window.ts";
import type { RiskCheck } from "./risk_check.ts";

/** RISK_TRADE_RATE: orders in a sliding window of event time. Exits count too: a runaway also sells. */
export function tradeRate({ trade_rate: { limit, window_ms, action } }: RiskConfig): RiskCheck {
  return {
    code: "RISK_TRADE_RATE",
    action,
    order({ window, ts }) {
      const orders = ordersWithin(window, ts) + 1;
      if (orders <= limit) return null;
      return {
        detail: `${orders} orders in ${window_ms} ms, at most ${limit}`,
        strategy_id: null,
        symbol: null,
        untilTs: roomTs(window),
      };
    },
  };
}
