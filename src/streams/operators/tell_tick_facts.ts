import { map, type MonoTypeOperatorFunction } from "rxjs";
import type { AnyDraft, MarketTick, TickFacts } from "../../core/event.ts";

/**
 * Tells of each tick what policy judges it by and what no tick says of itself: how far its price lies from the one
 * before it, and how late it is. In whole percents and seconds, which nearly always are the same from tick to tick.
 */
export function tellTickFacts(seen: SeenTicks = new Map()): MonoTypeOperatorFunction<AnyDraft> {
  return map((draft) => {
    if (draft.type !== "market_tick") return draft;
    const facts = takeTick(seen, draft.payload, draft.ts);
    // In place: nobody else holds the draft yet, and a copy would cost more than all else here.
    (draft.payload as { facts?: TickFacts }).facts = facts;
    return draft;
  });
}

/** Symbol → its newest tick, as it was seen, whether policy let it in or not: so a true jump denies one tick only. */
export type SeenTicks = Map<string, SeenTick>;

interface SeenTick {
  price: number;
  /** The newest time that the venue has said; null where it never did. */
  eventTs: number | null;
}

/** What stands in no relation to the price before it says no more by being larger. */
const JUMP_PCT_MOST = 1_000_000;

/** A time further ahead of ours is no time to compare others with: it would make all of them late. */
const AHEAD_MS_MAX = 60_000;

/** Remembers the tick, which came at `ts`, and tells of it. */
export function takeTick(
  seen: SeenTicks,
  { symbol, price: text, event_ts }: MarketTick,
  ts: number,
): TickFacts {
  const price = Number(text);
  const eventTs = event_ts !== null && event_ts <= ts + AHEAD_MS_MAX ? event_ts : null;
  const before = seen.get(symbol);
  if (before === undefined) {
    seen.set(symbol, { price, eventTs });
    return { jump_pct: null, late_s: 0 };
  }
  const jump = Math.floor(Math.abs(price - before.price) * 100 / before.price);
  before.price = price;
  return { jump_pct: Math.min(jump, JUMP_PCT_MOST), late_s: lateness(before, eventTs) };
}

function lateness(before: SeenTick, eventTs: number | null): number {
  if (eventTs === null) return 0;
  if (before.eventTs !== null && eventTs < before.eventTs) {
    return Math.floor((before.eventTs - eventTs) / 1000);
  }
  before.eventTs = eventTs;
  return 0;
}
