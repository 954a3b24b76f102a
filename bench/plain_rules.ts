import type { ManifestFacts } from "../src/policy/opa_gate.ts";

/**
 * The rules of the ingest gate and of the order gate once more, as anybody would write them who has no policy engine:
 * the measure of what the engine costs. Codes come sorted, none means that nothing speaks against the draft.
 */
export type PlainRules = (draft: PlainDraft) => readonly string[];

export interface PlainDraft {
  readonly type: unknown;
  readonly source: unknown;
  readonly payload: unknown;
}

/** What policies/data.json holds for a mode. */
export interface ModeRules {
  readonly execution: string;
  readonly venues: readonly unknown[];
  readonly ingest: {
    readonly kinds: readonly unknown[];
    readonly price_sources: Readonly<Record<string, readonly unknown[]>>;
  };
  readonly order: {
    readonly order_types: readonly unknown[];
    readonly times_in_force: readonly unknown[];
    readonly notional_1e8_max: number;
    readonly orders_in_window_max: number;
  };
}

/** What it holds for all modes. */
export interface Limits {
  readonly jump_pct_max: number;
  readonly late_s_max: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** `mode` is undefined where the data has no such mode. */
export function plainIngest(
  mode: ModeRules | undefined,
  run: ManifestFacts,
  { jump_pct_max, late_s_max }: Limits,
): PlainRules {
  return ({ type, source, payload }) => {
    const tick = fieldsOf(payload);
    const facts = fieldsOf(tick["facts"]);
    const codes: string[] = [];
    if (facts["jump_pct"] !== null && !isWithin(facts["jump_pct"], jump_pct_max)) codes.push("INGEST_JUMP");
    if (!mode?.ingest.kinds.includes(tick["kind"])) codes.push("INGEST_KIND");
    if (type !== "market_tick") codes.push("INGEST_MALFORMED");
    if (mode === undefined) codes.push("INGEST_MODE");
    if (mode?.ingest.price_sources[run.source]?.includes(tick["price_source"]) !== true) {
      codes.push("INGEST_PRICE_SOURCE");
    }
    if (source !== "market_role") codes.push("INGEST_SOURCE");
    if (!isSymbolOf(run, tick)) codes.push("INGEST_SYMBOL");
    if (!isWithin(facts["late_s"], late_s_max)) codes.push("INGEST_TIME_ORDER");
    if (!isVenueOf(run, mode, tick)) codes.push("INGEST_VENUE");
    return codes;
  };
}

function isWithin(value: unknown, most: number): boolean {
  return typeof value === "number" && value >= 0 && value <= most;
}

export function plainOrder(mode: ModeRules | undefined, run: ManifestFacts): PlainRules {
  const rules = mode?.order;
  return ({ type, source, payload }) => {
    const order = fieldsOf(payload);
    const facts = fieldsOf(order["facts"]);
    const isIntent = type === "order_intent";
    const codes: string[] = [];
    if (!isText(order["client_order_id"], CLIENT_ORDER_ID)) codes.push("ORDER_CLIENT_ORDER_ID");
    if (run.execution !== mode?.execution) codes.push("ORDER_EXECUTION");
    if (isIntent && order["side"] !== "SELL" && facts["frozen"] !== false) codes.push("ORDER_FROZEN");
    if (isIntent && order["order_type"] === "LIMIT" && !hasLimitTerms(rules, order)) {
      codes.push("ORDER_LIMIT_TERMS");
    }
    if (!isIntent && type !== "order_cancel") codes.push("ORDER_MALFORMED");
    if (rules === undefined) codes.push("ORDER_MODE");
    if (isIntent && !isNotionalWithin(rules, facts["notional"])) codes.push("ORDER_NOTIONAL");
    if (isIntent && !isPositiveMoney(facts["price"])) codes.push("ORDER_PRICE");
    if (isIntent && !isPositiveDecimal(order["qty"])) codes.push("ORDER_QUANTITY");
    if (isIntent && !isRateWithin(rules, facts["orders_in_window"])) codes.push("ORDER_RATE");
    if (isIntent && order["side"] !== "BUY" && order["side"] !== "SELL") codes.push("ORDER_SIDE");
    if (source !== "risk_role") codes.push("ORDER_SOURCE");
    if (isIntent && facts["stopping"] !== false) codes.push("ORDER_STOPPING");
    if (!isSymbolOf(run, order)) codes.push("ORDER_SYMBOL");
    if (isIntent && !rules?.order_types.includes(order["order_type"])) codes.push("ORDER_TYPE");
    if (!isVenueOf(run, mode, order)) codes.push("ORDER_VENUE");
    return codes;
  };
}

const NO_FIELDS: Fields = {};

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : NO_FIELDS;
}

function isSymbolOf(run: ManifestFacts, payload: Fields): boolean {
  return (run.symbols as readonly unknown[]).includes(payload["symbol"]);
}

function isVenueOf(run: ManifestFacts, mode: ModeRules | undefined, payload: Fields): boolean {
  return payload["venue"] === run.venue && mode !== undefined && mode.venues.includes(run.venue);
}

function hasLimitTerms(rules: ModeRules["order"] | undefined, order: Fields): boolean {
  return isPositiveDecimal(order["limit_price"]) && rules !== undefined &&
    rules.times_in_force.includes(order["tif"]);
}

function isNotionalWithin(rules: ModeRules["order"] | undefined, notional: unknown): boolean {
  return isPositiveMoney(notional) && rules !== undefined && notional <= rules.notional_1e8_max;
}

function isRateWithin(rules: ModeRules["order"] | undefined, count: unknown): boolean {
  return isInteger(count) && count >= 0 && rules !== undefined && count <= rules.orders_in_window_max;
}

const CLIENT_ORDER_ID = /^[0-9]{14}-[1-9][0-9]{0,17}$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,8})?$/;

function isText(value: unknown, form: RegExp): boolean {
  return typeof value === "string" && form.test(value);
}

function isPositiveDecimal(value: unknown): boolean {
  return isText(value, DECIMAL) && /[1-9]/.test(value as string);
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) < Number.MAX_SAFE_INTEGER;
}

function isPositiveMoney(value: unknown): value is number {
  return isInteger(value) && value > 0;
}
