import type { Draft, Event, Lifecycle } from "../core/event.ts";
import { formatAmount, formatUnits, parseAmount, parsePrice, parseQuantity } from "../core/fixed_point.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import type { Path } from "../policy/projection.ts";

/**
 * What a night's decisions hang on and no file of its folder holds: the venue's word on its symbols, and what the
 * policy's rules read. The first event keeps it, so that whoever folds the log again begins as the night did.
 */
export interface StartFacts {
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  /** Entrypoint → the input fields that it reads, which its denials quote. */
  readonly policyReads: Readonly<Record<string, readonly Path[]>>;
}

/** Of a night that ended before it asked anybody: nothing was decided in it. */
export const NOTHING_TOLD: StartFacts = { symbols: new Map(), policyReads: {} };

export function startedDraft(
  { mode, venue, prices }: { readonly mode: string; readonly venue: string; readonly prices: string },
  ts: number,
  { symbols, policyReads }: StartFacts,
): Draft<"lifecycle"> {
  const payload: Lifecycle & Kept = {
    what: "started",
    detail: `${mode} on ${venue}, prices ${prices}`,
    symbol_rules: [...symbols.values()].map((
      { symbol, base, quote, priceTick, quantityStep, notionalMin },
    ) => ({
      symbol,
      base,
      quote,
      price_tick: formatUnits(priceTick),
      quantity_step: formatUnits(quantityStep),
      notional_min: formatAmount(notionalMin),
    })),
    policy_reads: policyReads,
  };
  return { type: "lifecycle", source: "watchdog_role", ts, cause: null, payload };
}

interface Kept {
  readonly symbol_rules: readonly KeptRules[];
  readonly policy_reads: Readonly<Record<string, readonly Path[]>>;
}

interface KeptRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly price_tick: string;
  readonly quantity_step: string;
  readonly notional_min: string;
}

/** From a run's first event, or why there are none to be had of it. */
export function startFactsIn({ payload }: Event<"lifecycle">): StartFacts | string {
  const { symbol_rules: rules, policy_reads: policyReads } = payload as Lifecycle & Partial<Kept>;
  if (!Array.isArray(rules) || !isReads(policyReads)) {
    return "its first event does not keep symbol_rules and policy_reads, an older program wrote it";
  }
  try {
    return { symbols: new Map(rules.map((kept: KeptRules) => [kept.symbol, rulesOf(kept)])), policyReads };
  } catch (error) {
    return `symbol_rules in its first event: ${(error as Error).message}`;
  }
}

function rulesOf(kept: KeptRules): SymbolRules {
  return {
    symbol: String(kept.symbol),
    base: String(kept.base),
    quote: String(kept.quote),
    priceTick: parsePrice(String(kept.price_tick)),
    quantityStep: parseQuantity(String(kept.quantity_step)),
    notionalMin: parseAmount(String(kept.notional_min)),
  };
}

export function isReads(reads: unknown): reads is Kept["policy_reads"] {
  if (typeof reads !== "object" || reads === null || Array.isArray(reads)) return false;
  const isPath = (path: unknown) => Array.isArray(path) && path.every((key) => typeof key === "string");
  return Object.values(reads).every((paths) => Array.isArray(paths) && paths.every(isPath));
}
