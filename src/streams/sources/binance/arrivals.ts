import type { BookTick, TradeTick } from "../../../core/event.ts";
import { takeTrade, type TradeArrival, type TradeGaps, tradeGaps } from "../../../core/trade_gaps.ts";

/**
 * What has arrived of each symbol, by the venue's own ids: the same trade or quote over a second connection is a
 * duplicate, and a trade whose predecessor never came opens a gap.
 */
export interface Arrivals {
  readonly gaps: ReadonlyMap<string, TradeGaps>;
  take(tick: TradeTick | BookTick, ts: number): TradeArrival;
}

export function arrivals(symbols: readonly string[]): Arrivals {
  const gaps = new Map(symbols.map((symbol) => [symbol, tradeGaps()]));
  const lastUpdateIds = new Map(symbols.map((symbol) => [symbol, -1]));
  return {
    gaps,
    take(tick, ts) {
      const { symbol } = tick;
      if (tick.kind === "trade") return takeTrade(gaps.get(symbol)!, tick.trade_id, ts);
      if (tick.update_id <= lastUpdateIds.get(symbol)!) return "duplicate";
      lastUpdateIds.set(symbol, tick.update_id);
      return "next";
    },
  };
}
