import type { Health, RiskAction, TradeTick } from "../core/event.ts";
import type { FeedCounts } from "../core/feed_counts.ts";
import { takeTrade, type TradeGaps, tradeGaps } from "../core/trade_gaps.ts";

/**
 * The certificate of the feed, folded from events alone: gaps from the ids of the trades themselves, the rest from
 * what the market role last said of itself and from what was frozen for the feed's sake.
 */
export interface FeedTally {
  /** Venue → symbol. */
  readonly gaps: Map<string, Map<string, TradeGaps>>;
  /** The last that was told; null where the market happened inside. */
  counts: FeedCounts | null;
  errors: number | null;
  clockOffsetMs: { readonly min: number; readonly max: number } | null;
  freezes: number;
}

export function openFeedTally(): FeedTally {
  return { gaps: new Map(), counts: null, errors: null, clockOffsetMs: null, freezes: 0 };
}

export function tallyTrade(feed: FeedTally, { venue, symbol, trade_id }: TradeTick, ts: number): void {
  takeTrade(gapsOf(feed, venue, symbol), trade_id, ts);
}

export function tallyHealth(tally: FeedTally, { feed, errors, clock_offset_ms: offsetMs }: Health): void {
  if (feed !== undefined) tally.counts = feed;
  if (errors !== undefined) tally.errors = errors;
  if (offsetMs === undefined) return;
  const { min, max } = tally.clockOffsetMs ?? { min: offsetMs, max: offsetMs };
  tally.clockOffsetMs = { min: Math.min(min, offsetMs), max: Math.max(max, offsetMs) };
}

/** A freeze for the sake of trading is none of the feed's. */
export function tallyFreeze(feed: FeedTally, { action, reason_code }: RiskAction): void {
  if (action === "FREEZE" && !reason_code.startsWith("RISK_")) feed.freezes++;
}

/** Null where nobody told of a feed: an invented market has no connection to lose. */
export function feedFigures(feed: FeedTally, events: number): Readonly<Record<string, unknown>> | null {
  if (feed.counts === null) return null;
  const { duplicates, conflated, bad_frames, stalled_ms, reconnects, connects, connected } = feed.counts;
  const gaps = [...feed.gaps.values()].flatMap((symbols) => [...symbols.values()]);
  return {
    events,
    gaps: sum(gaps.map(({ opened }) => opened)),
    healed: sum(gaps.map(({ healed }) => healed)),
    missing_trades: sum(gaps.map(({ missingTrades }) => missingTrades)),
    duplicates,
    conflated,
    bad_frames,
    stalled_s: stalled_ms / 1000,
    reconnects,
    connects,
    connected,
    clock_offset_ms: feed.clockOffsetMs,
    freezes: feed.freezes,
    errors: feed.errors,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function gapsOf(feed: FeedTally, venue: string, symbol: string): TradeGaps {
  let symbols = feed.gaps.get(venue);
  if (symbols === undefined) feed.gaps.set(venue, symbols = new Map());
  let gaps = symbols.get(symbol);
  if (gaps === undefined) symbols.set(symbol, gaps = tradeGaps());
  return gaps;
}
