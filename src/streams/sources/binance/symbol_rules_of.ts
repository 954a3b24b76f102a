import { parseAmount, parsePrice, parseQuantity } from "../../../core/fixed_point.ts";
import type { SymbolRules } from "../../../core/symbol_rules.ts";
import { shown } from "./tick_of_message.ts";

/**
 * The rules of symbols out of an answer of exchangeInfo. What is not tradable, or not said, has no rules but a reason;
 * nothing is guessed.
 */
export interface ReadSymbolRules {
  readonly rules: ReadonlyMap<string, SymbolRules>;
  /** Why a symbol has none, or the answer no symbols at all. */
  readonly problems: readonly string[];
}

const SYMBOL_SHOWN_MAX = 40;

type Fields = Readonly<Record<string, unknown>>;

export function symbolRulesOf(exchangeInfo: unknown): ReadSymbolRules {
  const listed = fieldsOf(exchangeInfo)["symbols"];
  if (!Array.isArray(listed)) {
    return { rules: new Map(), problems: [`symbols is ${shown(listed)}, expected an array`] };
  }
  const rules = new Map<string, SymbolRules>();
  const problems: string[] = [];
  for (const entry of listed as unknown[]) {
    const read = rulesOf(fieldsOf(entry));
    if (typeof read === "string") problems.push(read);
    else rules.set(read.symbol, read);
  }
  return { rules, problems };
}

function rulesOf(entry: Fields): SymbolRules | string {
  const { symbol, status, baseAsset: base, quoteAsset: quote, filters } = entry as {
    readonly [K in "symbol" | "status" | "baseAsset" | "quoteAsset" | "filters"]?: unknown;
  };
  if (typeof symbol !== "string" || symbol === "") return `symbol is ${shown(symbol)}, expected a name`;
  const name = symbol.slice(0, SYMBOL_SHOWN_MAX);
  if (status !== "TRADING") return `${name}: status is ${shown(status)}, expected "TRADING"`;
  if (typeof base !== "string" || typeof quote !== "string") {
    return `${name}: assets are ${shown(base)} and ${shown(quote)}, expected two names`;
  }
  const known = new Map<unknown, Fields>();
  for (const filter of Array.isArray(filters) ? filters as unknown[] : []) {
    known.set(fieldsOf(filter)["filterType"], fieldsOf(filter));
  }
  try {
    const priceTick = above0(parsePrice(text(known, "PRICE_FILTER", "tickSize")), "tickSize");
    const lotStep = above0(parseQuantity(text(known, "LOT_SIZE", "stepSize")), "stepSize");
    // a step of its own for market orders is switched off by 0; where both hold the coarser one fits both
    const marketStep = known.has("MARKET_LOT_SIZE")
      ? parseQuantity(text(known, "MARKET_LOT_SIZE", "stepSize"))
      : lotStep;
    const quantityStep = marketStep > lotStep ? marketStep : lotStep;
    if (marketStep > 0n && quantityStep % (marketStep < lotStep ? marketStep : lotStep) !== 0n) {
      return `${name}: stepSize of MARKET_LOT_SIZE and LOT_SIZE do not fit each other`;
    }
    const least = known.has("NOTIONAL") ? "NOTIONAL" : "MIN_NOTIONAL";
    const notionalMin = parseAmount(text(known, least, "minNotional"));
    if (notionalMin < 0n) return `${name}: minNotional is below 0`;
    return { symbol, base, quote, priceTick, quantityStep, notionalMin };
  } catch (error) {
    return `${name}: ${(error as Error).message}`;
  }
}

function text(filters: ReadonlyMap<unknown, Fields>, type: string, key: string): string {
  const filter = filters.get(type);
  if (filter === undefined) throw new Error(`has no filter ${type}`);
  const value = filter[key];
  if (typeof value !== "string") {
    throw new Error(`${key} of ${type} is ${shown(value)}, expected a decimal as text`);
  }
  return value;
}

function above0<T extends bigint>(step: T, key: string): T {
  if (step <= 0n) throw new Error(`${key} is 0, expected a step above it`);
  return step;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

/** Seen on BTCUSDT around a midnight: 73,174 quotes beside 19,904 trades. */
const QUOTES_PER_TRADE = 3.7;
const DAY_S = 86_400;

/** What an answer of ticker/24hr lets one expect of all its symbols together: trades and their quotes. */
export function eventsPerSecondOf(tickers: unknown): number {
  const list: readonly unknown[] = Array.isArray(tickers) ? tickers : [tickers];
  const trades = list.reduce<number>((sum, ticker) => {
    const { count } = fieldsOf(ticker);
    if (!Number.isSafeInteger(count) || (count as number) < 0) {
      throw new Error(`count is ${shown(count)}, expected the number of trades of a day`);
    }
    return sum + (count as number);
  }, 0);
  return trades / DAY_S * (1 + QUOTES_PER_TRADE);
}
