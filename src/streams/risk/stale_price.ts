import type { RiskConfig } from "../../core/config.ts";
import { entryFreezes } from "./entry_freezes.ts";
import type { Breach, RiskCheck, RiskView } from "./risk_check.ts";

/** RISK_STALE_PRICE: how old the book is that an entry is priced by. No smaller order helps. */
export function stalePrice({ stale_price: { limit_ms, action } }: RiskConfig): RiskCheck {
  function breachIn({ ts, markets }: RiskView, symbol: string): Breach | null {
    const age_ms = ts - markets.get(symbol)!.bookTs;
    if (age_ms <= limit_ms) return null;
    const detail = `the book of ${symbol} is ${age_ms} ms old, at most ${limit_ms}`;
    return { detail, strategy_id: null, symbol };
  }

  const frozen = entryFreezes(action, breachIn);
  return {
    code: "RISK_STALE_PRICE",
    action,
    order: (view, { side, symbol }) => side === "SELL" ? null : frozen.met(symbol, breachIn(view, symbol)),
    state: frozen.standing,
  };
}
