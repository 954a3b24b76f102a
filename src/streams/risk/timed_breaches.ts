import type { Breach } from "./risk_check.ts";

/**
 * The breaches of one check that last for a set time: at most one for each strategy and symbol, forgotten once it
 * is over. It knows nothing of why.
 */
export interface TimedBreach extends Breach {
  readonly strategy_id: string;
  readonly symbol: string;
  readonly untilTs: number;
}

export type TimedBreaches = Map<string, TimedBreach>;

const NONE: readonly Breach[] = [];

/** From now on it lasts; an earlier one of the same strategy and symbol gives way to it. */
export function begin(breaches: TimedBreaches, breach: TimedBreach): void {
  breaches.set(scopeKey(breach), breach);
}

/** What lasts at `ts`. A breach is over exactly at its `untilTs`. */
export function lasting(breaches: TimedBreaches, ts: number): readonly Breach[] {
  if (breaches.size === 0) return NONE;
  for (const [key, { untilTs }] of breaches) if (ts >= untilTs) breaches.delete(key);
  return [...breaches.values()];
}

/** Names a strategy in a symbol: neither holds a space. */
export function scopeKey(
  { strategy_id, symbol }: { readonly strategy_id: string; readonly symbol: string },
): string {
  return `${strategy_id} ${symbol}`;
}
