import type { Health, MarketTick, Proposal } from "../../core/event.ts";
import { beginFeed, countRefusedTick, type Feed, openFeed, takeHealth, takeTick } from "./feed_view.ts";
import type { FeedLimits, RiskCheck, RiskView } from "./risk_check.ts";
import { feedChecks } from "./risk_table.ts";
import { type StandingBreaches, watchState } from "./standing_breaches.ts";

/**
 * The watch over the feed: keeps what is seen of it, and asks the feed's checks where something may have turned.
 * An ordinary tick is none of that, and costs no more than to be noted.
 */
export interface FeedWatch {
  readonly feed: Feed;
  readonly checks: readonly RiskCheck[];
  readonly standing: StandingBreaches;
  /** A symbol's silence that is longer has to be judged. */
  readonly silentMsMax: number;
}

type Said = readonly Proposal<"risk_action">[];

const NONE: Said = [];

/** Of the symbols that must be heard of. */
export function feedWatch(limits: FeedLimits & { readonly symbols: readonly string[] }): FeedWatch {
  const { freeze_ms, stop_ms } = limits.market.stale;
  return {
    feed: openFeed(limits.symbols),
    checks: feedChecks(limits),
    standing: new Map(),
    silentMsMax: Math.min(freeze_ms, stop_ms),
  };
}

/** Every event counts for the beginning: a symbol that never ticks is silent from then on. */
export function noteEvent({ feed }: FeedWatch, ts: number): void {
  if (!feed.hasBegun) beginFeed(feed, ts);
}

export function judgeFeed(watch: FeedWatch, view: RiskView): Said {
  return watchState(watch.standing, watch.checks, view);
}

/** A silence is judged in the moment in which it ends, too: none passes because no timer fell into it. */
export function judgeTick(watch: FeedWatch, view: RiskView, tick: MarketTick): Said {
  const { feed, silentMsMax } = watch;
  const lastTs = feed.symbols.get(tick.symbol)?.lastTs ?? view.ts;
  const isLongSilent = view.ts - lastTs > silentMsMax;
  const before = isLongSilent ? judgeFeed(watch, view) : NONE;
  if (before[0]?.payload.action === "STOP") return before;
  const hasTurned = takeTick(feed, tick, view.ts);
  if (!isLongSilent && !hasTurned) return NONE;
  const after = judgeFeed(watch, view);
  return after[0]?.payload.action === "STOP" ? after : [...before, ...after];
}

/** Only what the market role itself says counts: what others conclude from it is no news of the venue. */
export function judgeHealth(watch: FeedWatch, view: RiskView, health: Health): Said {
  if (health.role !== "market_role" || health.origin !== "input") return NONE;
  takeHealth(watch.feed, health, view.ts);
  return judgeFeed(watch, view);
}

export function judgeRefusedTick(watch: FeedWatch, view: RiskView): Said {
  countRefusedTick(watch.feed);
  return judgeFeed(watch, view);
}
