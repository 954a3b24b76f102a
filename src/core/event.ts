import type { AiSnapshotNews, EntryAdvice } from "./advice.ts";
import type { FeedCounts } from "./feed_counts.ts";
import type { ResourceSample } from "./resource_limits.ts";

/**
 * The vocabulary of the log: every event type, who may write it, what its payload holds at least.
 * Field names are those on disk; JSON Schema (config/schemas) says the same to other programs.
 */

export const ROLES = [
  "market_role",
  "strategy_role",
  "risk_role",
  "execution_role",
  "ai_role",
  "watchdog_role",
] as const;
export type Role = (typeof ROLES)[number];
export type Source = Role | "operator";

export type Side = "BUY" | "SELL";
export type OrderType = "MARKET" | "LIMIT";
export type TimeInForce = "GTC" | "IOC" | "FOK";
export type Origin = "input" | "derived";
export type Facts = Readonly<Record<string, number | string | boolean>>;

/** What policy judges a tick by and no tick says of itself. */
export interface TickFacts {
  /** Whole percents between its price and the symbol's price before it; null where there was none. */
  readonly jump_pct: number | null;
  /** Whole seconds by which the venue's time lies behind the newest one of the symbol. */
  readonly late_s: number;
}

interface TickOf<Kind extends string> {
  readonly venue: string;
  readonly symbol: string;
  readonly price: string;
  readonly price_source: string;
  readonly kind: Kind;
  readonly event_ts: number | null;
  readonly trade_ts?: number;
  readonly recv_ns?: string;
  readonly facts?: TickFacts;
}
export interface TradeTick extends TickOf<"trade"> {
  readonly qty: string;
  readonly trade_id: number;
}
export interface BookTick extends TickOf<"book"> {
  readonly bid: string;
  readonly ask: string;
  readonly bid_qty: string;
  readonly ask_qty: string;
  readonly update_id: number;
}
export interface DepthTick extends TickOf<"depth"> {
  readonly first_update_id: number;
  readonly last_update_id: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}
export type MarketTick = TradeTick | BookTick | DepthTick;

export interface Signal {
  readonly strategy_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly score: number;
  readonly confidence: number;
  readonly horizon_ms: number;
  readonly reason: Readonly<Record<string, unknown>> & { readonly rule: string };
  /** Of an entry, where advice is heeded and there is some. */
  readonly advice?: EntryAdvice;
}

export type RiskVerb = "ALLOW" | "DENY" | "REDUCE" | "FREEZE" | "UNFREEZE" | "STOP";
export interface RiskAction {
  readonly strategy_id: string | null;
  readonly symbol: string | null;
  readonly action: RiskVerb;
  readonly reason_code: string;
  readonly detail?: string;
}

export interface OrderIntent {
  readonly venue: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: string;
  readonly order_type: OrderType;
  readonly client_order_id: string;
  readonly limit_price?: string;
  readonly tif?: TimeInForce;
  readonly facts: Facts;
}

export interface OrderCancel {
  readonly venue: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly client_order_id: string;
  readonly facts: Facts;
}

export type OrderOutcome =
  | "ACCEPTED"
  | "REJECTED"
  | "PARTIAL"
  | "FILLED"
  | "CANCELED"
  | "EXPIRED"
  | "UNKNOWN";
export interface OrderResult {
  readonly venue: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly client_order_id: string;
  readonly order_id: string | null;
  readonly result: OrderOutcome;
  readonly filled_qty: string;
  readonly reason_code?: string;
}

export interface Fill {
  readonly venue: string;
  readonly strategy_id: string;
  readonly client_order_id: string;
  readonly order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: string;
  readonly price: string;
  readonly fee: string;
  readonly fee_asset: string;
  readonly liquidity: "maker" | "taker";
  readonly model: string;
}

export interface Health extends ResourceSample {
  readonly role: Role;
  readonly state: "UP" | "DEGRADED" | "DOWN" | "RESTARTED";
  readonly uptime_s: number;
  readonly origin: Origin;
  readonly detail?: string;
  /** Round trip of this probe. */
  readonly latency_ms?: number;
  /** The venue's clock minus ours. */
  readonly clock_offset_ms?: number;
  /** Over the last probes. */
  readonly p50_ms?: number;
  readonly p95_ms?: number;
  /** Bad answers and bad messages of the venue so far. */
  readonly errors?: number;
  readonly feed?: FeedCounts;
  /** Of the AI role: it stays down for the rest of the night. */
  readonly off?: true;
  /** Events that the AI's mailbox could not hold, so far. */
  readonly dropped?: number;
  readonly snapshot?: AiSnapshotNews;
}

export interface StopJournal {
  readonly component: string;
  readonly reason_code: string;
  readonly detail: string;
  readonly origin: Origin;
}

export interface Recommendation {
  readonly symbol: string;
  readonly horizon_ms: number;
  readonly p_up: number;
  readonly model_id: string;
}

export interface FeaturePack {
  readonly name: string;
  readonly version: string;
  readonly rows: number;
  readonly content_sha256: string;
}

/** What a process does that is no event, and is asked about all the same. */
export type Act = "start" | "dial" | "write";

export interface PolicyDenial {
  readonly entrypoint: string;
  readonly codes: readonly string[];
  readonly policy_sha256: string;
  readonly input: unknown;
  readonly origin: Origin;
  /** What was refused, so that a role can free what it had reserved for it. */
  readonly denied_type: EventType | Act | "ai_message";
  readonly strategy_id?: string;
  readonly client_order_id?: string;
}

export interface OperatorCommand {
  readonly command: string;
  readonly reason: string;
}

export interface Timer {
  readonly name: string;
  readonly due_ts: number;
}

export interface Lifecycle {
  readonly what:
    | "started"
    | "resumed"
    | "torn_tail"
    | "policy_reloaded"
    | "role_restarted"
    | "ended";
  readonly detail: string;
  /** Of `role_restarted`; the market role where it is left out. */
  readonly role?: Role;
  /** Of `resumed`: the command line that goes on with the run, and for how long nobody was there. */
  readonly cmdline_hash?: string;
  readonly down_ms?: number;
  /** Of `policy_reloaded`: what decides from here on, and what decided before. */
  readonly policy?: PolicyDigests;
  readonly policy_before?: PolicyDigests;
}

/** Of a compiled policy and its data, which together decide. */
export interface PolicyDigests {
  readonly policy_sha256: string;
  readonly policy_data_sha256: string;
}

export interface Payloads {
  market_tick: MarketTick;
  signal: Signal;
  risk_action: RiskAction;
  order_intent: OrderIntent;
  order_cancel: OrderCancel;
  order_result: OrderResult;
  fill: Fill;
  health: Health;
  stop_journal: StopJournal;
  recommendation: Recommendation;
  feature_pack: FeaturePack;
  policy_denial: PolicyDenial;
  operator_command: OperatorCommand;
  timer: Timer;
  lifecycle: Lifecycle;
}
export type EventType = keyof Payloads;

/** What a machine wants to say; `react` adds its role as the source, its cause and the time of its turn. */
export type Proposal<T extends EventType = EventType> = {
  readonly [K in T]: { readonly type: K; readonly payload: Payloads[K] };
}[T];

/** A proposal with its time and source: not yet admitted, so not yet numbered. No cause = an input. */
export interface Draft<T extends EventType = EventType> {
  readonly type: T;
  readonly source: Source;
  readonly ts: number;
  readonly cause: string | null;
  readonly payload: Payloads[T];
}

export type AnyDraft = { readonly [K in EventType]: Draft<K> }[EventType];

declare const permitted: unique symbol;
/** A draft that schema and policy let through. Only `enforcePolicy` makes one. */
export type PermittedDraft = AnyDraft & { readonly [permitted]: true };

/** A line of a queue: an admitted draft with its number in the log (inside `id`). Field order is the contract's. */
interface Envelope<T extends EventType> {
  readonly schema: `nore/${T}`;
  readonly v: 1;
  readonly ts: number;
  readonly id: string;
  readonly source: Source;
  readonly type: T;
  readonly run_id: string;
  readonly cmdline_hash: string;
  readonly payload: Payloads[T];
}
export type Event<T extends EventType = EventType> = { readonly [K in T]: Envelope<K> }[T];

/** An order that policy has permitted. An executor takes this type, so a bare intent cannot reach it. */
export type PermittedOrder = Event<"order_intent"> & { readonly [permitted]: true };
