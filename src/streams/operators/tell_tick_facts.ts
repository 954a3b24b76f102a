import { defer, map, type MonoTypeOperatorFunction } from "rxjs";
import type { AnyDraft, MarketTick, TickFacts } from "../../core/event.ts";

/**
 * Tells of each tick what policy judges it by and what no tick says of itself: how far its price lies from the one
 * before it, and how late it is. In whole percents and seconds, which nearly always are the same from tick to tick.
 */
export function tellTickFacts(seen: SeenTicks = new Map()): MonoTypeOperatorFunction<AnyDraft> {
  return (draft$) =>
    defer(() =>
      draft$.pipe(map((draft) => {
        if (draft.type !== "market_tick") return draft;
        const facts = takeTick(seen, draft.payload);
        // In place: nobody else holds the draft yet, and a copy would cost more than all else here.
        (draft.payload as { facts?: TickFacts }).facts = facts;
        return draft;
      }))
    );
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

/** Remembers the tick and tells of it. */
export function takeTick(seen: SeenTicks, { symbol, price: text, event_ts }: MarketTick): TickFacts {
  const price = Number(text);
  const before = seen.get(symbol);
  if (before === undefined) {
    seen.set(symbol, { price, eventTs: event_ts });
    return { jump_pct: null, late_s: 0 };
  }
  const jump = Math.floor(Math.abs(price - before.price) * 100 / before.price);
  const newest = before.eventTs;
  const late_s = event_ts === null || newest === null || event_ts >= newest
    ? 0
    : Math.floor((newest - event_ts) / 1000);
  before.price = price;
  if (event_ts !== null && (newest === null || event_ts > newest)) before.eventTs = event_ts;
  return { jump_pct: Math.min(jump, JUMP_PCT_MOST), late_s };
}
