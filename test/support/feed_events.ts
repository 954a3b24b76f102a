import type { Event, Health, MarketTick } from "../../src/core/event.ts";
import type { FeedCounts } from "../../src/core/feed_counts.ts";
import type { FeedLimits } from "../../src/streams/risk/risk_check.ts";
import { eventOf, SYMBOLS, VENUE } from "./trading_events.ts";

/** What a night hears of its feed, as tests of single roles write it. */

/** Limits that no case meets by accident. */
export const WIDE_FEED: FeedLimits & { readonly symbols: readonly string[] } = {
  symbols: [...SYMBOLS.keys()],
  market: {
    stale: { freeze_ms: Number.MAX_SAFE_INTEGER, stop_ms: Number.MAX_SAFE_INTEGER },
    gap: { stop_ms: Number.MAX_SAFE_INTEGER, trades_max: Number.MAX_SAFE_INTEGER },
  },
  binance: {
    lost_after_ms: Number.MAX_SAFE_INTEGER,
    errors: { limit: Number.MAX_SAFE_INTEGER, window_ms: 1000 },
    clock: { offset_ms_max: Number.MAX_SAFE_INTEGER, stop_ms: Number.MAX_SAFE_INTEGER },
  },
};

export const COUNTS: FeedCounts = {
  connected: true,
  silent_ms: 0,
  connects: 1,
  reconnects: 0,
  frames: 0,
  duplicates: 0,
  conflated: 0,
  bad_frames: 0,
  stalled_ms: 0,
};

/** What the market role says of itself; without counts it has no word of its connection. */
export function marketHealth(
  ts: number,
  more: Partial<Health> = {},
  feed: Partial<FeedCounts> | null = {},
): Event<"health"> {
  const payload: Health = { role: "market_role", state: "UP", uptime_s: 1, origin: "input", ...more };
  return eventOf("health", ts, feed === null ? payload : { ...payload, feed: { ...COUNTS, ...feed } });
}

export function tradeOf(ts: number, trade_id: number, symbol: string = "AAAUSDT"): Event<"market_tick"> {
  const payload: MarketTick = {
    venue: VENUE,
    symbol,
    price: "100",
    price_source: "test",
    kind: "trade",
    event_ts: ts,
    qty: "1",
    trade_id,
  };
  return eventOf("market_tick", ts, payload);
}

export function refusedTick(ts: number): Event<"policy_denial"> {
  return eventOf("policy_denial", ts, {
    entrypoint: "nore/ingest/decision",
    codes: ["INGEST_SYMBOL"],
    policy_sha256: "",
    input: {},
    origin: "input",
    denied_type: "market_tick",
  });
}
