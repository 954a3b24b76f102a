import type {
  BookTick,
  DepthTick,
  Event,
  EventType,
  Payloads,
  Source,
  TradeTick,
} from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";

/** One valid event of each type, complete as a line of its queue holds it; tests change copies of them. */

export const SAMPLE_RUN_ID = "20261121_220000";
export const SAMPLE_CMDLINE_HASH: string = "0123456789abcdef".repeat(4);

const ids = eventIds(SAMPLE_RUN_ID);
const venue = "binance";
const symbol = "BTCUSDT";
const strategy_id = "reversion";
const client_order_id = "20261121220000-1";

/** Event number `n` of the log, its fields in the contract's order. */
function event<T extends EventType>(type: T, n: number, source: Source, payload: Payloads[T]): Event<T> {
  return {
    schema: `nore/${type}`,
    v: 1,
    ts: 1_795_298_400_000 + n,
    id: ids.idOf(n),
    source,
    type,
    run_id: SAMPLE_RUN_ID,
    cmdline_hash: SAMPLE_CMDLINE_HASH,
    payload,
  } as unknown as Event<T>;
}

/** A payload of a consequence: with the id of event `n`, which brought it about. */
function causedBy<P extends object>(n: number, payload: P): P & { readonly cause: string } {
  return { ...payload, cause: ids.idOf(n) };
}

const anyTick = { venue, symbol, price: "67000.005", price_source: "embedded" };

export const sampleTicks: { readonly trade: TradeTick; readonly book: BookTick; readonly depth: DepthTick } =
  {
    trade: {
      ...anyTick,
      price: "67000.01",
      kind: "trade",
      event_ts: 1_795_298_400_005,
      qty: "0.00012",
      trade_id: 3_715_942_310,
      trade_ts: 1_795_298_400_004,
      recv_ns: "1795298400006000123",
    },
    book: {
      ...anyTick,
      kind: "book",
      event_ts: null,
      bid: "67000",
      ask: "67000.01",
      bid_qty: "1.5",
      ask_qty: "0.00012",
      update_id: 52_473_822_901,
    },
    depth: {
      ...anyTick,
      kind: "depth",
      event_ts: 1_795_298_400_005,
      first_update_id: 52_473_822_902,
      last_update_id: 52_473_822_907,
      bids: [["67000", "1.25"], ["66999.99", "0"]],
      asks: [],
    },
  };

export const sampleEvents: { readonly [T in EventType]: Event<T> } = {
  lifecycle: event("lifecycle", 0, "watchdog_role", { what: "started", detail: "seed 7" }),
  timer: event("timer", 1, "watchdog_role", { name: "heartbeat", due_ts: 1_795_298_400_001 }),
  health: event("health", 2, "market_role", {
    role: "market_role",
    state: "UP",
    uptime_s: 0.5,
    origin: "input",
    latency_ms: 12.5,
  }),
  operator_command: event("operator_command", 3, "operator", { command: "freeze", reason: "news at 22:00" }),
  feature_pack: event("feature_pack", 4, "ai_role", {
    name: "returns",
    version: "1",
    rows: 600,
    content_sha256: "ab".repeat(32),
  }),
  recommendation: event("recommendation", 5, "ai_role", {
    symbol,
    horizon_ms: 60_000,
    p_up: 0.53,
    model_id: "logistic-1",
  }),
  market_tick: event("market_tick", 6, "market_role", sampleTicks.book),
  signal: event(
    "signal",
    7,
    "strategy_role",
    causedBy(6, {
      strategy_id,
      symbol,
      side: "BUY",
      score: 0.4,
      confidence: 0.7,
      horizon_ms: 600_000,
      reason: { rule: "rsi_below", rsi: 21.25, oversold: 30, is_first: true, bars: [1, 2] },
    }),
  ),
  risk_action: event(
    "risk_action",
    8,
    "risk_role",
    causedBy(7, {
      strategy_id,
      symbol,
      action: "REDUCE",
      reason_code: "RISK_ORDER_SIZE",
      detail: "2500 of 2000",
    }),
  ),
  order_intent: event(
    "order_intent",
    9,
    "risk_role",
    causedBy(7, {
      venue,
      strategy_id,
      symbol,
      side: "BUY",
      qty: "0.01492",
      order_type: "LIMIT",
      client_order_id,
      limit_price: "67000",
      tif: "GTC",
      facts: { notional: 99_964_000_000, is_stopped: false, mode: "NORE" },
    }),
  ),
  order_result: event(
    "order_result",
    10,
    "execution_role",
    causedBy(9, {
      venue,
      strategy_id,
      symbol,
      client_order_id,
      order_id: "1",
      result: "ACCEPTED",
      filled_qty: "0",
    }),
  ),
  fill: event(
    "fill",
    11,
    "execution_role",
    causedBy(6, {
      venue,
      strategy_id,
      client_order_id,
      order_id: "1",
      symbol,
      side: "BUY",
      qty: "0.01",
      price: "67000",
      fee: "0.67",
      fee_asset: "USDT",
      liquidity: "maker",
      model: "best_bid_ask",
    }),
  ),
  order_cancel: event(
    "order_cancel",
    12,
    "risk_role",
    causedBy(1, { venue, strategy_id, symbol, client_order_id, facts: { age_ms: 60_000 } }),
  ),
  policy_denial: event(
    "policy_denial",
    13,
    "watchdog_role",
    causedBy(7, {
      entrypoint: "nore/order/decision",
      codes: ["ORDER_NOTIONAL", "ORDER_RATE"],
      policy_sha256: "cd".repeat(32),
      input: { type: "order_intent", payload: { qty: "0.01492" } },
      origin: "derived",
      denied_type: "order_intent",
      strategy_id,
      client_order_id: "20261121220000-2",
    }),
  ),
  stop_journal: event("stop_journal", 14, "watchdog_role", {
    component: "watchdog_role",
    reason_code: "OPERATOR",
    detail: "STOP.flag was created by hand",
    origin: "input",
  }),
};
