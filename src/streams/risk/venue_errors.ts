import type { FeedLimits, RiskCheck } from "./risk_check.ts";

/** VENUE_ERRORS: bad answers and messages of the venue, and ticks that policy refused, in a sliding window. */
export function venueErrors({ binance: { errors: { limit, window_ms } } }: FeedLimits): RiskCheck {
  /** Oldest first. Each holds at least one error, and beyond the limit the night ends: no more than `limit` stay. */
  const recent: { readonly ts: number; readonly count: number }[] = [];
  let seen = 0;
  let within = 0;
  return {
    code: "VENUE_ERRORS",
    action: "STOP",
    state({ ts, feed: { errors } }) {
      while (recent.length > 0 && recent[0]!.ts + window_ms <= ts) within -= recent.shift()!.count;
      if (errors > seen) {
        recent.push({ ts, count: errors - seen });
        within += errors - seen;
        seen = errors;
      }
      if (within <= limit) return [];
      const detail = `${within} errors of the venue in ${window_ms} ms, at most ${limit}`;
      return [{ detail, strategy_id: null, symbol: null }];
    },
  };
}
