import type { Event } from "../../../core/event.ts";
import type { FeedCounts } from "../../../core/feed_counts.ts";
import { type Arrivals, arrivals } from "./arrivals.ts";

/**
 * What a run that goes on knows of its feed, folded from its log: which trades and quotes have come, and what the feed
 * had counted when it last told. It asks nobody.
 */
export interface FeedPast {
  readonly arrived: Arrivals;
  /** Null where no feed has told anything yet. */
  counts: FeedCounts | null;
  errors: number;
}

export function openFeedPast(symbols: readonly string[]): FeedPast {
  return { arrived: arrivals(symbols), counts: null, errors: 0 };
}

export function takePastEvent(past: FeedPast, event: Event): void {
  if (event.type === "market_tick") {
    const { payload: tick, ts } = event;
    if (tick.kind !== "depth" && past.arrived.gaps.has(tick.symbol)) past.arrived.take(tick, ts);
  } else if (event.type === "health" && event.payload.feed !== undefined) {
    past.counts = event.payload.feed;
    past.errors = event.payload.errors ?? past.errors;
  }
}
