import type { RiskConfig } from "../../src/core/config.ts";
import type { EntryAdvice } from "../../src/core/advice.ts";
import type {
  BookTick,
  Event,
  EventType,
  Fill,
  OrderIntent,
  OrderResult,
  Payloads,
  PermittedOrder,
  Side,
} from "../../src/core/event.ts";
import { formatUnits, midOf, parseAmount, parsePrice, parseQuantity } from "../../src/core/fixed_point.ts";
import type { SymbolRules } from "../../src/core/symbol_rules.ts";

/** Events as tests of single roles write them: what a case does not speak of has a plain value here. */

export const RUN_ID = "20261121_220000";
export const VENUE = "paper";

export function orderIdOf(number: number): string {
  return `20261121220000-${number}`;
}

export function eventOf<T extends EventType>(type: T, ts: number, payload: Payloads[T]): Event<T> {
  const envelope = { schema: `nore/${type}`, v: 1, ts, id: "", source: "market_role", type, run_id: RUN_ID };
  return { ...envelope, cmdline_hash: "", payload } as unknown as Event<T>;
}

export function permitted(event: Event<"order_intent">): PermittedOrder {
  return event as PermittedOrder;
}

export function rulesOf(symbol: string): SymbolRules {
  return {
    symbol,
    base: symbol.slice(0, -4),
    quote: "USDT",
    priceTick: parsePrice("0.1"),
    quantityStep: parseQuantity("0.01"),
    notionalMin: parseAmount("5"),
  };
}

export const SYMBOLS: ReadonlyMap<string, SymbolRules> = new Map(
  ["AAAUSDT", "BBBUSDT"].map((symbol) => [symbol, rulesOf(symbol)]),
);

/** A best bid and ask; sizes are large where a case does not say. */
export function book(
  ts: number,
  bid: string,
  ask: string,
  more: {
    readonly symbol?: string;
    readonly bidQty?: string;
    readonly askQty?: string;
    readonly venue?: string;
  } = {},
): Event<"market_tick"> {
  const payload: BookTick = {
    venue: more.venue ?? VENUE,
    symbol: more.symbol ?? "AAAUSDT",
    price: formatUnits(midOf(parsePrice(bid), parsePrice(ask))),
    price_source: "test",
    kind: "book",
    event_ts: ts,
    bid,
    ask,
    bid_qty: more.bidQty ?? "1000",
    ask_qty: more.askQty ?? "1000",
    update_id: ts,
  };
  return eventOf("market_tick", ts, payload);
}

export function trade(ts: number, price: string): Event<"market_tick"> {
  return eventOf("market_tick", ts, {
    venue: VENUE,
    symbol: "AAAUSDT",
    price,
    price_source: "test",
    kind: "trade",
    event_ts: ts,
    qty: "1",
    trade_id: ts,
  });
}

export function signal(
  ts: number,
  side: Side,
  more: { readonly strategy?: string; readonly symbol?: string; readonly advice?: EntryAdvice } = {},
): Event<"signal"> {
  return eventOf("signal", ts, {
    strategy_id: more.strategy ?? "alpha",
    symbol: more.symbol ?? "AAAUSDT",
    side,
    score: side === "BUY" ? 1 : -1,
    confidence: 1,
    horizon_ms: 1000,
    reason: { rule: "test" },
    ...(more.advice === undefined ? {} : { advice: more.advice }),
  });
}

export function intent(
  ts: number,
  number: number,
  more: Partial<OrderIntent> = {},
): Event<"order_intent"> {
  return eventOf("order_intent", ts, {
    venue: VENUE,
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    side: "BUY",
    qty: "1",
    order_type: "MARKET",
    client_order_id: orderIdOf(number),
    facts: { price: 10_000_000_000 },
    ...more,
  });
}

export function result(
  ts: number,
  number: number,
  outcome: OrderResult["result"],
  filled_qty = "0",
): Event<"order_result"> {
  return eventOf("order_result", ts, {
    venue: VENUE,
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    client_order_id: orderIdOf(number),
    order_id: outcome === "REJECTED" ? null : `P-${number}`,
    result: outcome,
    filled_qty,
  });
}

export function fill(ts: number, number: number, more: Partial<Fill> = {}): Event<"fill"> {
  return eventOf("fill", ts, {
    venue: VENUE,
    strategy_id: "alpha",
    client_order_id: orderIdOf(number),
    order_id: `P-${number}`,
    symbol: "AAAUSDT",
    side: "BUY",
    qty: "1",
    price: "100",
    fee: "0.1",
    fee_asset: "USDT",
    liquidity: "taker",
    model: "best_bid_ask.v1",
    ...more,
  });
}

export function timer(ts: number): Event<"timer"> {
  return eventOf("timer", ts, { name: "heartbeat", due_ts: ts });
}

export function stopJournal(ts: number): Event<"stop_journal"> {
  return eventOf("stop_journal", ts, {
    component: "test",
    reason_code: "OPERATOR",
    detail: "",
    origin: "input",
  });
}

export function ended(ts: number): Event<"lifecycle"> {
  return eventOf("lifecycle", ts, { what: "ended", detail: "" });
}

/** Limits that no case meets by accident. */
export const WIDE: RiskConfig = {
  order_fraction: "0.1",
  order_ttl_ms: 60_000,
  order_size: { limit: "1000000", action: "DENY" },
  exposure: { limit: "10", action: "DENY" },
  drawdown: { limit: "1", action: "DENY" },
  trade_rate: { limit: 1000, window_ms: 60_000, action: "DENY" },
  night_loss: { limit: "1", action: "DENY" },
  daily_loss: { limit: "1", action: "DENY" },
  symbol_exposure: { limit: "10", action: "DENY" },
  open_orders: { limit: 1000, action: "DENY" },
  price_collar: { limit: "10", action: "DENY" },
  stale_price: { limit_ms: Number.MAX_SAFE_INTEGER, action: "DENY" },
  cooldown: { after_loss_ms: 0, action: "DENY" },
  stoploss_guard: { losses: 1000, window_ms: 1000, freeze_ms: 1000, action: "DENY" },
  low_profit: { trades: 1000, window_ms: 1000, loss_max: "1", freeze_ms: 1000, action: "DENY" },
};
