import type { RiskConfig } from "../../core/config.ts";
import type { Breach, RiskCheck, RiskView } from "./risk_check.ts";

/** RISK_STALE_PRICE: how old the book is that an entry is priced by. No smaller order helps. */
export function stalePrice({ stale_price: { limit_ms, action } }: RiskConfig): RiskCheck {
  const frozen = new Set<string>();

  function breachIn({ ts, markets }: RiskView, symbol: string): Breach | null {
    const age_ms = ts - markets.get(symbol)!.bookTs;
    if (age_ms <= limit_ms) return null;
    const detail = `the book of ${symbol} is ${age_ms} ms old, at most ${limit_ms}`;
    return { detail, strategy_id: null, symbol };
  }

  return {
    code: "RISK_STALE_PRICE",
    action,
    order(view, { side, symbol }) {
      if (side === "SELL") return null;
      const breach = breachIn(view, symbol);
      if (breach !== null && action === "FREEZE") frozen.add(symbol);
      return breach;
    },
    /** Silence alone is no breach here; but what an entry has frozen stays so until the next book. */
    state(view) {
      const breaches: Breach[] = [];
      for (const symbol of frozen) {
        const breach = breachIn(view, symbol);
        if (breach === null) frozen.delete(symbol);
        else breaches.push(breach);
      }
      return breaches;
    },
  };
}
