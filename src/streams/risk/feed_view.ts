import type { Health, MarketTick } from "../../core/event.ts";
import { takeTrade, type TradeGaps, tradeGaps } from "../../core/trade_gaps.ts";

/**
 * What has been seen of the feed: a fold over ticks, over what the market role says of its venue, and over ticks that
 * policy refused. It knows no limit and judges nothing. Gaps are found in the ticks themselves, whoever says what.
 */
export interface FeedView {
  readonly symbols: ReadonlyMap<string, SymbolFeed>;
  /** The market role tells of its connections. Where the market happens inside, nobody does. */
  readonly isTold: boolean;
  /** The last sign of life of the venue on a connection that carries the feed; before the first, the first event. */
  readonly contactTs: number;
  /** The venue's clock minus ours, when it was last measured. */
  readonly clockOffsetMs: number | null;
  /** Bad answers and messages, and refused ticks, so far. */
  readonly errors: number;
  /** Since when the run goes on after its process was gone. What was not heard before it stops nothing. */
  readonly resumedTs: number;
}

export interface SymbolFeed {
  /** The last tick; before the first, the first event. */
  readonly lastTs: number;
  readonly gaps: Readonly<TradeGaps>;
}

/** The same for whoever folds it. */
export interface Feed extends FeedView {
  readonly symbols: ReadonlyMap<string, SymbolFold>;
  hasBegun: boolean;
  isTold: boolean;
  contactTs: number;
  clockOffsetMs: number | null;
  errors: number;
  resumedTs: number;
  /** The market role's own count, when it last told it. */
  errorsTold: number;
}

interface SymbolFold extends SymbolFeed {
  lastTs: number;
  readonly gaps: TradeGaps;
}

export function openFeed(symbols: readonly string[]): Feed {
  return {
    symbols: new Map(symbols.map((symbol) => [symbol, { lastTs: 0, gaps: tradeGaps() }])),
    hasBegun: false,
    isTold: false,
    contactTs: 0,
    clockOffsetMs: null,
    errors: 0,
    resumedTs: -Infinity,
    errorsTold: 0,
  };
}

/** The first event: silence is counted from here on. */
export function beginFeed(feed: Feed, ts: number): void {
  feed.hasBegun = true;
  feed.contactTs = ts;
  for (const symbol of feed.symbols.values()) symbol.lastTs = ts;
}

/** Since when a limit that stops the night counts what began at `sinceTs`: nobody listened while the process was gone. */
export function watchedSince({ resumedTs }: FeedView, sinceTs: number): number {
  return Math.max(sinceTs, resumedTs);
}

/** True where the tick opens a gap or closes the last one. It allocates nothing for a tick that does neither. */
export function takeTick(feed: Feed, tick: MarketTick, ts: number): boolean {
  const symbol = feed.symbols.get(tick.symbol);
  if (symbol === undefined) return false;
  symbol.lastTs = ts;
  feed.contactTs = ts;
  if (tick.kind !== "trade") return false;
  const arrival = takeTrade(symbol.gaps, tick.trade_id, ts);
  return arrival === "gap" || arrival === "late" && symbol.gaps.missingTrades === 0;
}

/** What the market role says of its venue. */
export function takeHealth(feed: Feed, health: Health, ts: number): void {
  const { feed: counts, clock_offset_ms, errors } = health;
  if (counts !== undefined) {
    feed.isTold = true;
    if (counts.connected) feed.contactTs = Math.max(feed.contactTs, ts - counts.silent_ms);
  }
  if (clock_offset_ms !== undefined) feed.clockOffsetMs = clock_offset_ms;
  if (errors !== undefined) {
    // a count that is lower than before has begun anew
    feed.errors += errors < feed.errorsTold ? errors : errors - feed.errorsTold;
    feed.errorsTold = errors;
  }
}

export function countRefusedTick(feed: Feed): void {
  feed.errors++;
}
