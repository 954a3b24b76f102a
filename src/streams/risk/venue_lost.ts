import { watchedSince } from "./feed_view.ts";
import type { FeedLimits, RiskCheck } from "./risk_check.ts";

/** VENUE_LOST: no connection, or no sign of life on it. Where nobody tells of connections there are none to lose. */
export function venueLost({ binance: { lost_after_ms } }: FeedLimits): RiskCheck {
  return {
    code: "VENUE_LOST",
    action: "STOP",
    state({ ts, feed }) {
      const lostMs = ts - watchedSince(feed, feed.contactTs);
      if (!feed.isTold || lostMs <= lost_after_ms) return [];
      const detail = `no sign of life on a connection for ${lostMs} ms, at most ${lost_after_ms}`;
      return [{ detail, strategy_id: null, symbol: null }];
    },
  };
}
