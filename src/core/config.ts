import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { configContradictions } from "./config_contradictions.ts";
import { type ConfigOverride, setConfigValue } from "./config_override.ts";
import { inSchemaOrder, type SchemaNode } from "./config_schema.ts";
import type { ResourceLimits } from "./resource_limits.ts";
import { schemaProblem } from "./schema_problem.ts";
import { parseStrictYaml } from "./strict_yaml.ts";

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
  /** Part of equity, for each symbol. */
  readonly symbol_exposure: { readonly limit: string; readonly action: LimitAction };
  readonly open_orders: { readonly limit: number; readonly action: LimitAction };
  /** Part of the mid. */
  readonly price_collar: { readonly limit: string; readonly action: LimitAction };
  readonly stale_price: { readonly limit_ms: number; readonly action: LimitAction };
  /** Orders in a sliding window. */
  readonly trade_rate: { readonly limit: number; readonly window_ms: number; readonly action: LimitAction };
  /** Part of the highest equity so far. */
  readonly drawdown: { readonly limit: string; readonly action: LimitAction };
  /** Part of the night's first equity. */
  readonly night_loss: { readonly limit: string; readonly action: LimitAction };
  /** Part of the first equity of the UTC day. */
  readonly daily_loss: { readonly limit: string; readonly action: LimitAction };
  readonly cooldown: { readonly after_loss_ms: number; readonly action: LimitAction };
  readonly stoploss_guard: {
    readonly losses: number;
    readonly window_ms: number;
    readonly freeze_ms: number;
    readonly action: LimitAction;
  };
  readonly low_profit: {
    readonly trades: number;
    readonly window_ms: number;
    /** Part of the strategy's capital. */
    readonly loss_max: string;
    readonly freeze_ms: number;
    readonly action: LimitAction;
  };
}

/** What goes wrong at the embedded venue on purpose. */
export interface VenueFault {
  readonly kind:
    | "disconnect"
    | "stall"
    | "gap"
    | "duplicate"
    | "error_5xx"
    | "too_many"
    | "slow"
    | "bad_frame";
  readonly after_ms: number;
  /** 0 = once. */
  readonly every_ms: number;
  readonly for_ms: number;
  readonly count: number;
}

export interface MarketConfig {
  /** A number: at most one quote in so many ms and symbol. */
  readonly book: "every" | "changed" | number;
  readonly stale: { readonly freeze_ms: number; readonly stop_ms: number };
  readonly gap: { readonly stop_ms: number; readonly trades_max: number };
  /** Of the symbol's price before it. */
  readonly jump_pct_max: number;
  /** Behind the symbol's newest tick. */
  readonly late_s_max: number;
  /** Messages a second and symbol, on average. */
  readonly embedded: { readonly ticks_per_s: number; readonly faults: readonly VenueFault[] };
}

export interface BinanceConfig {
  readonly ws_url: string;
  readonly rest_url: string;
  readonly connect_timeout_ms: number;
  readonly request_timeout_ms: number;
  readonly stall_ms: number;
  readonly backoff: { readonly first_ms: number; readonly most_ms: number };
  readonly attempts: { readonly limit: number; readonly window_ms: number };
  readonly renew_after_ms: number;
  readonly lost_after_ms: number;
  readonly probe_every_ms: number;
  readonly errors: { readonly limit: number; readonly window_ms: number };
  readonly clock: { readonly offset_ms_max: number; readonly stop_ms: number };
  readonly frame_bytes_max: number;
  readonly deadletters_per_min_max: number;
}

export interface WatchdogConfig extends ResourceLimits {
  readonly heartbeat_every_ms: number;
  readonly stop_poll_ms: number;
  readonly role_late_ms: number;
  readonly restarts_max: number;
  /** 0 = recent bytes only. */
  readonly scrub_bytes_per_s: number;
  readonly sample_every_ms: number;
  readonly loop_stalled_ms: number;
}

export interface AiConfig {
  readonly enabled: boolean;
  readonly boundary: "auto" | "required" | "off";
  readonly on_violation: "stop" | "quarantine";
  readonly advice: "shadow" | "filter";
  readonly filter: { readonly veto_below: number; readonly full_from: number };
  readonly horizon_ms: number;
  readonly advise_every_ms: number;
  readonly step_ms: number;
  /** Events that wait for it. */
  readonly mailbox_max: number;
  readonly line_bytes_max: number;
  readonly start_timeout_ms: number;
  readonly answer_timeout_ms: number;
  readonly restarts: { readonly limit: number; readonly first_ms: number; readonly most_ms: number };
  readonly memory_mb_max: number;
  readonly pack_every_ms: number;
  readonly snapshots: {
    readonly every_ms: number;
    readonly rows_max: number;
    /** Of the Brier score. */
    readonly margin: number;
    readonly rows_min: number;
    readonly kept_max: number;
  };
}

export interface Config {
  readonly mode: "NORE";
  /** 0 = until stopped. */
  readonly duration_ms: number;
  /** All with the same quote asset. */
  readonly symbols: readonly string[];
  readonly source: "embedded" | "binance";
  readonly market: MarketConfig;
  readonly binance: BinanceConfig;
  /** base_dir holds runs, keys and the STOP latch. */
  readonly queues: { readonly base_dir: string; readonly names: readonly string[] };
  readonly strategy: { readonly list: readonly StrategyConfig[] };
  readonly risk: RiskConfig;
  readonly execution: {
    readonly mode: "paper";
    readonly fees: { readonly maker: string; readonly taker: string };
    readonly fill_model: "best_bid_ask";
    readonly latency_ms: number;
  };
  readonly ai: AiConfig;
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
  readonly watchdog: WatchdogConfig;
  readonly guards: {
    readonly secrets: { readonly allow_env: readonly string[]; readonly dir: string | null };
  };
  readonly container: { readonly require_hardened: boolean };
}

/** The configuration does not hold together; the message has one line a problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface ConfigSources {
  /** Of the file; null = there is none, all is as the schema's defaults say. */
  readonly text: string | null;
  readonly form: "yaml" | "json";
  /** Over the file, in this order. */
  readonly overrides: readonly ConfigOverride[];
  /** The parsed config/nore.v1.schema.json. */
  readonly schema: unknown;
}

/** The schema comes with the program, so the tests check it against its meta-schema: that takes longer than the rest. */
const AJV_OPTIONS = {
  strict: true,
  allErrors: true,
  verbose: true,
  useDefaults: true,
  validateSchema: false,
};

/** A process reads more than one configuration by the same schema, and compiling it takes longer than the rest. */
const checks = new WeakMap<SchemaNode, ValidateFunction>();

function checkOf(schema: SchemaNode): ValidateFunction {
  const check = checks.get(schema) ?? new Ajv2020(AJV_OPTIONS).compile(schema);
  checks.set(schema, check);
  return check;
}

/** Defaults, the file over them, flags over the file. Throws a ConfigError with all problems there are. */
export function loadConfig(sources: ConfigSources): Config {
  const schema = sources.schema as SchemaNode;
  const check = checkOf(schema);
  let value = sources.text === null ? {} : parseText(sources.text, sources.form);
  check(value); // for the defaults alone: a flag may change one entry of a default list, or mend what is wrong
  const problems = new Set<string>();
  for (const override of sources.overrides) {
    try {
      value = setConfigValue(value, override, schema);
    } catch (error) {
      problems.add((error as Error).message);
    }
  }
  if (check(value)) {
    for (const problem of configContradictions(value as Config)) problems.add(problem);
  } else {
    for (const error of check.errors ?? []) problems.add(schemaProblem(error, ""));
  }
  if (problems.size > 0) throw new ConfigError([...problems].join("\n"));
  const { $schema: _, ...config } = inSchemaOrder(value, schema, schema) as Config & {
    readonly $schema?: string;
  };
  return config;
}

function parseText(text: string, form: "yaml" | "json"): unknown {
  try {
    if (form === "json") JSON.parse(text);
    return parseStrictYaml(text); // JSON is YAML; JSON.parse would take the last of two equal keys in silence
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

/** What config_sha256 covers, once it is redacted: without white space, keys in the order of the schema. */
export function effectiveConfigText(config: Config): string {
  return JSON.stringify(config);
}
