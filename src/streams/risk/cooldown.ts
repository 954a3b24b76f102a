import type { RiskConfig } from "../../core/config.ts";
import { type Amount, formatAmount } from "../../core/fixed_point.ts";
import type { RiskCheck } from "./risk_check.ts";
import { begin, lasting, scopeKey, type TimedBreaches } from "./timed_breaches.ts";

/**
 * RISK_COOLDOWN: a strategy leaves a symbol alone for a while after a round trip that lost. The breach is the entry
 * that comes too early, not the loss, so a STOP comes with that entry; a freeze is announced with the loss.
 */
export function cooldown({ cooldown: { after_loss_ms, action } }: RiskConfig): RiskCheck {
  const rests: TimedBreaches = new Map();
  return {
    code: "RISK_COOLDOWN",
    action,
    closed({ ts }, { strategy_id, symbol, pnl }) {
      if (pnl >= 0n || after_loss_ms === 0) return;
      const detail = `a round trip lost ${formatAmount(-pnl as Amount)}, no entry for ${after_loss_ms} ms`;
      begin(rests, { detail, strategy_id, symbol, untilTs: ts + after_loss_ms });
    },
    order({ ts }, order) {
      if (order.side === "SELL") return null;
      const rest = rests.get(scopeKey(order));
      return rest === undefined || ts >= rest.untilTs ? null : rest;
    },
    state({ ts }) {
      return action === "FREEZE" ? lasting(rests, ts) : [];
    },
  };
}
