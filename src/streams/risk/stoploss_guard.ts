import type { RiskConfig } from "../../core/config.ts";
import type { RiskCheck } from "./risk_check.ts";
import { begin, lasting, scopeKey, type TimedBreaches } from "./timed_breaches.ts";

/**
 * RISK_STOPLOSS_GUARD: many lost round trips of a strategy in one symbol within a window of event time. It is judged
 * when one ends, so what has thawed comes back with the next loss, never with the old ones alone.
 */
export function stoplossGuard(
  { stoploss_guard: { losses, window_ms, freeze_ms, action } }: RiskConfig,
): RiskCheck {
  /** When the last losses were, oldest first, no more of them than it takes. */
  const lossTimes = new Map<string, number[]>();
  const breaches: TimedBreaches = new Map();
  return {
    code: "RISK_STOPLOSS_GUARD",
    action,
    closed({ ts }, trade) {
      if (trade.pnl >= 0n) return;
      const { strategy_id, symbol } = trade;
      const key = scopeKey(trade);
      const times = lossTimes.get(key) ?? [];
      lossTimes.set(key, times);
      times.push(ts);
      if (times.length > losses) times.shift();
      if (times.length < losses || times[0]! + window_ms <= ts) return;
      const detail = `${losses} round trips lost in ${ts - times[0]!} ms, fewer wanted in ${window_ms} ms`;
      begin(breaches, { detail, strategy_id, symbol, untilTs: ts + freeze_ms });
    },
    state: ({ ts }) => lasting(breaches, ts),
  };
}
