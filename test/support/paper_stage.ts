import * as assert from "uvu/assert";
import type { Event, OrderIntent } from "../../src/core/event.ts";
import { parseRate } from "../../src/core/fixed_point.ts";
import { paperExecutor, type PaperOptions } from "../../src/streams/fills/paper_executor.ts";
import { type MiniLog, miniLog } from "./mini_log.ts";
import { book, eventOf, intent, orderIdOf, permitted, RUN_ID, SYMBOLS, VENUE } from "./trading_events.ts";

/** A paper executor with a log around it, and what it says as text. */
export const OPTIONS: PaperOptions = {
  runId: RUN_ID,
  venue: VENUE,
  latencyMs: 50,
  fees: { maker: parseRate("0.0005"), taker: parseRate("0.001") },
  symbols: SYMBOLS,
  openOrdersMax: 3,
};

export function paper(options: Partial<PaperOptions> = {}): MiniLog {
  const machine = paperExecutor({ ...OPTIONS, ...options });
  return miniLog([{
    reads: [
      "order_intent",
      "order_cancel",
      "order_result",
      "fill",
      "market_tick",
      "stop_journal",
      "lifecycle",
    ],
    machine,
  }]);
}

/** What the venue said in a turn, a line each. */
export function said(events: readonly Event[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === "fill") {
      const { order_id, side, qty, price, fee, liquidity } = event.payload;
      lines.push(`${order_id} ${side} ${qty} @ ${price} ${liquidity} fee ${fee}`);
    } else if (event.type === "order_result") {
      const { order_id, client_order_id, result, filled_qty, reason_code } = event.payload;
      const name = order_id ?? "#" + client_order_id.split("-")[1];
      lines.push(`${name} ${result} ${filled_qty}${reason_code === undefined ? "" : " " + reason_code}`);
    }
  }
  return lines;
}

export function order(ts: number, number: number, more: Partial<OrderIntent>): Event<"order_intent"> {
  return permitted(intent(ts, number, more));
}

export function cancel(ts: number, number: number): Event<"order_cancel"> {
  return eventOf("order_cancel", ts, {
    venue: VENUE,
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    client_order_id: orderIdOf(number),
    facts: { reason: "ttl" },
  });
}

/** A night in which alpha already holds `qty`: order 1 bought it. */
export function holding(qty: string, options: Partial<PaperOptions> = {}): MiniLog {
  const log = paper({ latencyMs: 0, ...options });
  log.turn(book(1, "99", "100"));
  log.turn(order(1, 1, { qty }));
  assert.equal(said(log.turn(book(2, "99", "100"))).at(-1), `P-1 FILLED ${qty}`);
  return log;
}

export const limit = (
  side: "BUY" | "SELL",
  qty: string,
  limit_price: string,
  tif: OrderIntent["tif"] = "GTC",
) => ({ side, qty, order_type: "LIMIT", limit_price, tif }) as Partial<OrderIntent>;
