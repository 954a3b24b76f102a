import type { BookTick, TradeTick } from "../../src/core/event.ts";
import { formatUnits, type Price } from "../../src/core/fixed_point.ts";

/** Ticks for the tests of strategies. */

/** A book two ticks of 0.01 wide around `mid`, 10 displayed on each side; anything can be set. */
export function bookTick(mid: number, fields: Partial<BookTick> = {}): BookTick {
  const units = BigInt(Math.round(mid * 1e8));
  return {
    venue: "embedded",
    symbol: "BTCUSDT",
    price: formatUnits(units as Price),
    price_source: "embedded",
    kind: "book",
    event_ts: null,
    bid: formatUnits(units - 1_000_000n as Price),
    ask: formatUnits(units + 1_000_000n as Price),
    bid_qty: "10",
    ask_qty: "10",
    update_id: 1,
    ...fields,
  };
}

export function tradeTick(price: string, qty: string): TradeTick {
  return {
    venue: "embedded",
    symbol: "BTCUSDT",
    price,
    price_source: "embedded",
    kind: "trade",
    event_ts: 0,
    qty,
    trade_id: 1,
  };
}
