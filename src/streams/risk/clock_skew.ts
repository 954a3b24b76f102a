import { watchedSince } from "./feed_view.ts";
import type { FeedLimits, RiskCheck } from "./risk_check.ts";

/** CLOCK_SKEW: while our clock is too far from the venue's all is frozen; for too long it stops the night. */
export function clockSkew({ binance: { clock: { offset_ms_max, stop_ms } } }: FeedLimits): RiskCheck {
  let sinceTs: number | null = null;
  return {
    code: "CLOCK_SKEW",
    action: "FREEZE",
    state({ ts, feed }) {
      const { clockOffsetMs } = feed;
      if (clockOffsetMs === null || Math.abs(clockOffsetMs) <= offset_ms_max) {
        sinceTs = null;
        return [];
      }
      sinceTs ??= ts;
      const skewedMs = ts - watchedSince(feed, sinceTs);
      const detail = `the venue's clock minus ours is ${clockOffsetMs} ms, at most ${offset_ms_max}; ` +
        `for ${skewedMs} ms, at most ${stop_ms}`;
      return [{ detail, strategy_id: null, symbol: null, action: skewedMs > stop_ms ? "STOP" : "FREEZE" }];
    },
  };
}
