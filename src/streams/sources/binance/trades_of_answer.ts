import type { TradeTick } from "../../../core/event.ts";
import { shown, tickOfMessage, type TickOptions } from "./tick_of_message.ts";

/** An answer of historicalTrades as ticks in ascending order of their ids, or the reason why it is none. */
export function tradesOfAnswer(
  answer: unknown,
  symbol: string,
  options: TickOptions,
): readonly TradeTick[] | string {
  if (!Array.isArray(answer)) return `Answer is ${shown(answer)}, expected an array of trades`;
  const trades: TradeTick[] = [];
  for (const entry of answer as unknown[]) {
    if (typeof entry !== "object" || entry === null) return `Trade is ${shown(entry)}, expected an object`;
    const { id, price, qty, time } = entry as {
      readonly [K in "id" | "price" | "qty" | "time"]?: unknown;
    };
    // the same proofs as for a trade that comes by itself
    const tick = tickOfMessage({ e: "trade", E: time, s: symbol, t: id, p: price, q: qty, T: time }, options);
    if (typeof tick === "string") return tick;
    trades.push({ ...(tick as TradeTick), event_ts: null }); // nobody sent an event for it
  }
  return trades.sort((a, b) => a.trade_id - b.trade_id);
}
