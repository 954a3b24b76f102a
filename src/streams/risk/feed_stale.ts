import { watchedSince } from "./feed_view.ts";
import type { Breach, FeedLimits, RiskCheck } from "./risk_check.ts";

/**
 * FEED_STALE: a symbol of which nothing is heard is frozen, and stops the night where it stays silent. An old price is
 * old whoever was there, so a run that goes on is frozen at once, and given the time to hear of the symbol again.
 */
export function feedStale({ market: { stale: { freeze_ms, stop_ms } } }: FeedLimits): RiskCheck {
  return {
    code: "FEED_STALE",
    action: "FREEZE",
    state({ ts, feed }) {
      const breaches: Breach[] = [];
      for (const [symbol, { lastTs }] of feed.symbols) {
        const watchedMs = ts - watchedSince(feed, lastTs);
        const action = watchedMs > stop_ms ? "STOP" : "FREEZE";
        const silentMs = action === "STOP" ? watchedMs : ts - lastTs;
        const most = action === "STOP" ? stop_ms : freeze_ms;
        if (silentMs <= most) continue;
        const detail = `no tick of ${symbol} for ${silentMs} ms, at most ${most}`;
        breaches.push({ detail, strategy_id: null, symbol, action });
      }
      return breaches;
    },
  };
}
