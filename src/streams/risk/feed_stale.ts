import type { Breach, FeedLimits, RiskCheck } from "./risk_check.ts";

/** FEED_STALE: a symbol of which nothing is heard is frozen, and stops the night where it stays silent. */
export function feedStale({ market: { stale: { freeze_ms, stop_ms } } }: FeedLimits): RiskCheck {
  return {
    code: "FEED_STALE",
    action: "FREEZE",
    state({ ts, feed }) {
      const breaches: Breach[] = [];
      for (const [symbol, { lastTs }] of feed.symbols) {
        const silentMs = ts - lastTs;
        const action = silentMs > stop_ms ? "STOP" : "FREEZE";
        if (action === "FREEZE" && silentMs <= freeze_ms) continue;
        const most = action === "STOP" ? stop_ms : freeze_ms;
        const detail = `no tick of ${symbol} for ${silentMs} ms, at most ${most}`;
        breaches.push({ detail, strategy_id: null, symbol, action });
      }
      return breaches;
    },
  };
}
