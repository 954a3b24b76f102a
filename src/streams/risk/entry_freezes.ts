import type { LimitAction } from "../../core/config.ts";
import type { Breach, RiskView } from "./risk_check.ts";

/** Symbols that an entry has frozen: the state alone is no breach, but they stay so until an entry could pass again. */
export interface EntryFreezes {
  /** Gives on what an entry met, and keeps its symbol where a breach freezes. */
  met(symbol: string, breach: Breach | null): Breach | null;
  /** What an entry would still meet in those. */
  standing(view: RiskView): readonly Breach[];
}

export function entryFreezes(
  action: LimitAction,
  breachIn: (view: RiskView, symbol: string) => Breach | null,
): EntryFreezes {
  const frozen = new Set<string>();
  return {
    met(symbol, breach) {
      if (breach !== null && action === "FREEZE") frozen.add(symbol);
      return breach;
    },
    standing(view) {
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
