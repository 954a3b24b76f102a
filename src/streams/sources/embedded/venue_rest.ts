import type { VenueAnswer } from "../../../core/ports.ts";
import type { SymbolRules } from "../../../core/symbol_rules.ts";
import { venueExchangeInfo } from "./venue_exchange_info.ts";
import type { VenueTrades } from "./venue_trades.ts";

/**
 * What the venue answers to a request, in its own words: a pure function of the request and of the market as it
 * stands. It changes nothing: there is no order here.
 */
export interface VenueView {
  readonly nowTs: number;
  readonly symbols: ReadonlyMap<string, { readonly rules: SymbolRules; readonly trades: VenueTrades }>;
  /** Of each symbol in 24 hours. */
  readonly tradesPerDay: number;
}

export interface WeighedAnswer extends VenueAnswer {
  /** What it costs of the weight that a client has a minute. */
  readonly weight: number;
}

type Endpoint = (query: URLSearchParams, view: VenueView) => WeighedAnswer;

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  "/api/v3/ping": () => answered(1, "{}"),
  "/api/v3/time": (_, { nowTs }) => answered(1, JSON.stringify({ serverTime: nowTs })),
  "/api/v3/exchangeInfo": (query, view) => {
    const symbols = symbolsOf(query, view);
    if ("status" in symbols) return symbols;
    const rules = symbols.map((symbol) => view.symbols.get(symbol)!.rules);
    return answered(20, venueExchangeInfo(rules, view.nowTs));
  },
  "/api/v3/trades": tradesOf,
  "/api/v3/historicalTrades": tradesOf,
  "/api/v3/ticker/24hr": (query, view) => {
    const symbols = symbolsOf(query, view);
    if ("status" in symbols) return symbols;
    const tickers = symbols.map((symbol) => ({
      symbol,
      openTime: view.nowTs - DAY_MS,
      closeTime: view.nowTs,
      count: view.tradesPerDay,
    }));
    return answered(2, JSON.stringify(query.has("symbol") ? tickers[0] : tickers));
  },
};

const DAY_MS = 86_400_000;
const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1000;

export function venueRest(method: string, path: string, view: VenueView): WeighedAnswer {
  const [place, query = ""] = path.split("?", 2) as [string, string?];
  if (method !== "GET") return venueError(405, -1020, "This operation is not supported.");
  const endpoint = Object.hasOwn(ENDPOINTS, place) ? ENDPOINTS[place] : undefined;
  if (endpoint === undefined) return venueError(404, -1020, "This operation is not supported.");
  return endpoint(new URLSearchParams(query), view);
}

export function venueError(status: number, code: number, msg: string): WeighedAnswer {
  return { ...answered(1, JSON.stringify({ code, msg })), status };
}

function tradesOf(query: URLSearchParams, view: VenueView): WeighedAnswer {
  const name = query.get("symbol");
  if (name === null || name === "") {
    return venueError(
      400,
      -1102,
      "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    );
  }
  const symbol = view.symbols.get(name);
  if (symbol === undefined) return INVALID_SYMBOL;
  const limit = wholeNumber(query.get("limit") ?? String(LIMIT_DEFAULT));
  if (limit === null || limit === 0 || limit > LIMIT_MAX) return invalid("limit");
  const fromText = query.get("fromId");
  const fromId = fromText === null ? null : wholeNumber(fromText);
  if (fromText !== null && fromId === null) return invalid("fromId");
  return answered(25, JSON.stringify(symbol.trades.list(fromId, limit)));
}

/** ?symbol=X, ?symbols=["X","Y"], or neither for all. */
function symbolsOf(query: URLSearchParams, view: VenueView): readonly string[] | WeighedAnswer {
  const one = query.get("symbol");
  const several = query.get("symbols");
  if (one !== null && several !== null) {
    return venueError(400, -1128, "Combination of optional parameters invalid.");
  }
  if (one === null && several === null) return [...view.symbols.keys()];
  const names: unknown = one !== null ? [one] : parsed(several!);
  if (!Array.isArray(names) || names.length === 0) return invalid("symbols");
  return names.every((name) => view.symbols.has(name)) ? names : INVALID_SYMBOL;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // is refused as anything else that is no list
  }
}

function wholeNumber(text: string): number | null {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}

const INVALID_SYMBOL: WeighedAnswer = venueError(400, -1121, "Invalid symbol.");

function invalid(parameter: string): WeighedAnswer {
  return venueError(400, -1130, `Data sent for parameter '${parameter}' is not valid.`);
}

function answered(weight: number, body: string): WeighedAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/json;charset=UTF-8" },
    body,
    delayMs: 0,
    weight,
  };
}
