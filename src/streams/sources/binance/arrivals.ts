import type { BookTick, TradeTick } from "../../../core/event.ts";
import { takeTrade, type TradeArrival, type TradeGaps, tradeGaps } from "../../../core/trade_gaps.ts";

/**
 * What has arrived of each symbol, by the venue's own ids: the same trade or quote over a second connection is a
 * duplicate, and a trade whose predecessor never came opens a gap.
 */
export interface Arrivals {
  readonly gaps: ReadonlyMap<string, TradeGaps>;
  take(tick: TradeTick | BookTick, ts: number): Arrival;
}

/** behind: its id has been passed for so long that no second connection explains it. Ids have begun anew, or one was false. */
export type Arrival = TradeArrival | "behind";

/** Connections that overlap are seconds apart at most. */
export const BEHIND_AFTER_MS = 60_000;

/** The last of a symbol that was new. */
interface Newest {
  tradeTs: number;
  updateId: number;
  quoteTs: number;
}

export function arrivals(symbols: readonly string[]): Arrivals {
  const gaps = new Map(symbols.map((symbol) => [symbol, tradeGaps()]));
  const newest = new Map<string, Newest>(
    symbols.map((symbol) => [symbol, { tradeTs: 0, updateId: -1, quoteTs: 0 }]),
  );

  const arrivalOfTrade = ({ symbol, trade_id }: TradeTick, ts: number): Arrival => {
    const known = gaps.get(symbol)!;
    const last = newest.get(symbol)!;
    const arrival = takeTrade(known, trade_id, ts);
    if (arrival === "next" || arrival === "gap") last.tradeTs = ts;
    return arrival === "duplicate" && trade_id !== known.lastId && isOld(last.tradeTs, ts)
      ? "behind"
      : arrival;
  };
  const arrivalOfQuote = ({ symbol, update_id }: BookTick, ts: number): Arrival => {
    const last = newest.get(symbol)!;
    if (update_id > last.updateId) {
      last.updateId = update_id;
      last.quoteTs = ts;
      return "next";
    }
    return update_id !== last.updateId && isOld(last.quoteTs, ts) ? "behind" : "duplicate";
  };
  return {
    gaps,
    take: (tick, ts) => tick.kind === "trade" ? arrivalOfTrade(tick, ts) : arrivalOfQuote(tick, ts),
  };
}

function isOld(sinceTs: number, ts: number): boolean {
  return ts - sinceTs > BEHIND_AFTER_MS;
}
