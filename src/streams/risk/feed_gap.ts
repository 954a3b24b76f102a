import { watchedSince } from "./feed_view.ts";
import type { Breach, FeedLimits, RiskCheck } from "./risk_check.ts";

/** FEED_GAP: while trades of a symbol are missing it is frozen; too many, or missing for too long, stop the night. */
export function feedGap({ market: { gap: { stop_ms, trades_max } } }: FeedLimits): RiskCheck {
  return {
    code: "FEED_GAP",
    action: "FREEZE",
    state({ ts, feed }) {
      const breaches: Breach[] = [];
      for (const [symbol, { gaps: { missing, missingTrades } }] of feed.symbols) {
        const oldest = missing[0];
        if (oldest === undefined) continue;
        const openMs = ts - watchedSince(feed, oldest.sinceTs);
        const isBeyond = openMs > stop_ms || missingTrades > trades_max;
        const detail = `${missingTrades} trades of ${symbol} are missing from ${oldest.fromId} on, ` +
          `at most ${trades_max}; for ${openMs} ms, at most ${stop_ms}`;
        breaches.push({ detail, strategy_id: null, symbol, action: isBeyond ? "STOP" : "FREEZE" });
      }
      return breaches;
    },
  };
}
