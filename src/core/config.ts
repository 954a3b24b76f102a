/**
 * The configuration as the program sees it: every key present, units in the names.
 * config/nore.v1.schema.json says the same to editors and holds the defaults.
 */

/** What a limit does when it is reached. */
export type LimitAction = "DENY" | "REDUCE" | "FREEZE" | "STOP";

export interface StrategyConfig {
  readonly id: string;
  readonly name: string;
  /** Quote asset, decimal string. */
  readonly capital: string;
  /** Checked by the strategy's own schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly order: { readonly type: "MARKET" | "LIMIT"; readonly tif: "GTC" | "IOC" | "FOK" };
}

export interface RiskConfig {
  /** Part of a strategy's capital that one entry may take. */
  readonly order_fraction: string;
  /** A resting order older than this is cancelled. */
  readonly order_ttl_ms: number;
  /** Quote asset. */
  readonly order_size: { readonly limit: string; readonly action: LimitAction };
  /** Part of equity. */
  readonly exposure: { readonly limit: string; readonly action: LimitAction };
  /** Part of the highest equity so far. */
  readonly drawdown: { readonly limit: string; readonly action: LimitAction };
  /** Orders in a sliding window. */
  readonly trade_rate: { readonly limit: number; readonly window_ms: number; readonly action: LimitAction };
  /** Part of the night's first equity. */
  readonly night_loss: { readonly limit: string; readonly action: LimitAction };
}

export interface Config {
  readonly $schema?: string;
  readonly mode: "NORE";
  /** 0 = until stopped. */
  readonly duration_ms: number;
  readonly symbols: readonly string[];
  readonly source: "embedded";
  readonly market: { readonly embedded: { readonly ticks_per_s: number } };
  readonly binance: Readonly<Record<string, never>>;
  readonly queues: { readonly base_dir: string; readonly names: readonly string[] };
  readonly strategy: { readonly list: readonly StrategyConfig[] };
  readonly risk: RiskConfig;
  readonly execution: {
    readonly mode: "paper";
    readonly fees: { readonly maker: string; readonly taker: string };
    readonly fill_model: "best_bid_ask";
    readonly latency_ms: number;
  };
  readonly ai: { readonly enabled: false };
  readonly policy: { readonly directory: string };
  readonly audit: { readonly anchor_mirror: string; readonly key_file: string | null };
  readonly logging: {
    readonly rotate_bytes: number;
    readonly commit_ms: number;
    readonly commit_lines: number;
    readonly metrics_every_ms: number;
    readonly snapshot_every_ms: number;
    readonly disk_free_bytes_min: number;
  };
  readonly watchdog: { readonly heartbeat_every_ms: number; readonly stop_poll_ms: number };
  readonly guards: { readonly secrets: { readonly allow_env: readonly string[] } };
  readonly container: { readonly require_hardened: false };
}
