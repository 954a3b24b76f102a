import fc from "fast-check";
import type { LimitAction, RiskConfig, StrategyConfig } from "../../src/core/config.ts";
import type { Event, EventType, Side } from "../../src/core/event.ts";
import { parseRate, type Rate } from "../../src/core/fixed_point.ts";
import { paperExecutor } from "../../src/streams/fills/paper_executor.ts";
import { type RiskOptions, riskRole } from "../../src/streams/risk/risk_role.ts";
import { WIDE_FEED } from "./feed_events.ts";
import { type MiniLog, miniLog } from "./mini_log.ts";
import { book, ended, RUN_ID, signal, stopJournal, SYMBOLS, timer, VENUE, WIDE } from "./trading_events.ts";

/** Nights of risk and execution together, in whatever market, under whatever limits, with whatever signals. */

export const STRATEGIES: readonly string[] = ["alpha", "beta"];
export const FEE: Rate = parseRate("0.001");

const action = fc.constantFrom<LimitAction>("DENY", "REDUCE", "FREEZE", "STOP");
const share = (...limits: string[]) => fc.record({ limit: fc.constantFrom(...limits), action });
const count = (...limits: number[]) => fc.record({ limit: fc.constantFrom(...limits), action });
const time = (...values: number[]) => fc.constantFrom(...values);
/** Most limits of a night are out of reach, or the first one would hide the rest. */
const orWide = <K extends keyof RiskConfig>(key: K, tight: fc.Arbitrary<RiskConfig[K]>, weight = 1) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(WIDE[key]) }, { weight, arbitrary: tight });
const config: fc.Arbitrary<RiskConfig> = fc.record({
  order_fraction: fc.constantFrom("0.1", "0.5", "0.9"),
  order_ttl_ms: time(50, 1000),
  order_size: orWide("order_size", share("50")),
  exposure: orWide("exposure", share("0.1")),
  drawdown: orWide("drawdown", share("0.005")),
  trade_rate: orWide("trade_rate", fc.record({ limit: time(2, 5), window_ms: time(100, 1000), action })),
  night_loss: orWide("night_loss", share("0.005")),
  daily_loss: orWide("daily_loss", share("0.001", "0.004")),
  symbol_exposure: orWide("symbol_exposure", share("0.05", "0.3")),
  open_orders: orWide("open_orders", count(1, 2)),
  price_collar: orWide("price_collar", share("0.001", "0.002")),
  stale_price: orWide("stale_price", fc.record({ limit_ms: time(20, 80), action })),
  cooldown: orWide("cooldown", fc.record({ after_loss_ms: time(50, 300), action }), 2),
  stoploss_guard: orWide(
    "stoploss_guard",
    fc.record({ losses: fc.integer({ min: 1, max: 2 }), window_ms: time(600), freeze_ms: time(200), action }),
    2,
  ),
  low_profit: orWide(
    "low_profit",
    fc.record({
      trades: fc.integer({ min: 1, max: 2 }),
      window_ms: time(600),
      loss_max: fc.constantFrom("0.0001", "0.001"),
      freeze_ms: time(200),
      action,
    }),
    2,
  ),
});
const terms: fc.Arbitrary<StrategyConfig["order"]> = fc.record({
  type: fc.constantFrom("MARKET", "MARKET", "LIMIT"),
  tif: fc.constantFrom("GTC", "GTC", "IOC", "FOK"),
});

const symbol = fc.constantFrom(...SYMBOLS.keys());
const strategy = fc.constantFrom(...STRATEGIES);
type Happening =
  | {
    readonly what: "book";
    readonly symbol: string;
    readonly bid: number;
    readonly spread: number;
    readonly bidQty: string;
    readonly askQty: string;
  }
  | { readonly what: "signal"; readonly symbol: string; readonly strategy: string; readonly side: Side }
  | { readonly what: "timer" };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("book" as const),
      symbol,
      bid: fc.integer({ min: 950, max: 1050 }),
      spread: fc.integer({ min: 1, max: 5 }),
      bidQty: fc.constantFrom("0", "0.3", "50", "50", "50"),
      askQty: fc.constantFrom("0", "0.3", "50", "50", "50"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("signal" as const),
      symbol,
      strategy,
      side: fc.constantFrom<Side>("BUY", "SELL"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("timer" as const) }) },
);
export interface NightCase {
  readonly startTs: number;
  readonly risk: RiskConfig;
  readonly orders: readonly StrategyConfig["order"][];
  readonly latencyMs: number;
  /** Each after the pause before it. */
  readonly happenings: readonly (readonly [gapMs: number, Happening])[];
  readonly ends: "ended" | "stop";
  /** Policy denies the orders whose numbers end with it. */
  readonly denied: number;
}

export const NIGHT: fc.Arbitrary<NightCase> = fc.record({
  /** Half of the nights see a midnight UTC. */
  startTs: fc.constantFrom(1000, 86_399_000),
  risk: config,
  orders: fc.tuple(terms, terms),
  latencyMs: fc.constantFrom(0, 30),
  happenings: fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), happening), {
    minLength: 20,
    maxLength: 120,
    size: "max",
  }),
  ends: fc.constantFrom("ended" as const, "stop" as const),
  denied: fc.integer({ min: 0, max: 9 }),
});

const BASE = { runId: RUN_ID, venue: VENUE, symbols: SYMBOLS };

export const RISK_READS: readonly EventType[] = [
  "signal",
  "market_tick",
  "fill",
  "order_result",
  "timer",
  "policy_denial",
  "stop_journal",
];

/** The risk role of a night, from its beginning. */
export function riskOf(
  { risk, orders }: NightCase,
  feed: RiskOptions["feed"] = WIDE_FEED,
): ReturnType<typeof riskRole> {
  const strategies = STRATEGIES.map((id, index) => ({
    id,
    name: "x",
    capital: "1000",
    parameters: {},
    order: orders[index]!,
  }));
  return riskRole({ ...BASE, risk, strategies, takerFee: FEE, feed });
}

export function played(
  it: NightCase,
  each: (log: MiniLog) => void,
  feed: RiskOptions["feed"] = WIDE_FEED,
): MiniLog {
  const { startTs, latencyMs, happenings, ends, denied } = it;
  const fees = { maker: parseRate("0.0005"), taker: FEE };
  const log = miniLog([
    { reads: RISK_READS, machine: riskOf(it, feed) },
    {
      reads: [
        "order_intent",
        "order_cancel",
        "order_result",
        "fill",
        "market_tick",
        "stop_journal",
        "lifecycle",
      ],
      machine: paperExecutor({ ...BASE, latencyMs, fees, openOrdersMax: 3 }),
    },
  ], ({ type, payload }) => type === "order_intent" && payload.client_order_id.endsWith(String(denied)));
  let ts = startTs;
  for (const [gap, next] of happenings) {
    ts += gap;
    if (next.what === "timer") log.turn(timer(ts));
    else if (next.what === "signal") log.turn(signal(ts, next.side, next));
    else log.turn(book(ts, String(next.bid / 10), String((next.bid + next.spread) / 10), next));
    each(log);
  }
  log.turn(ends === "ended" ? ended(ts) : stopJournal(ts));
  return log;
}

export function holds(
  property: (log: MiniLog, it: NightCase) => void,
  each: (log: MiniLog) => void = () => {},
): void {
  fc.assert(fc.property(NIGHT, (it) => property(played(it, each), it)), { numRuns: 200 });
}

export function ofType<T extends Event["type"]>(log: MiniLog, type: T): Event<T>[] {
  return log.events.filter((event) => event.type === type) as Event<T>[];
}
