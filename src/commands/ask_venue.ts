import { AnswerError } from "../core/answer_error.ts";
import { type Config, ConfigError } from "../core/config.ts";
import { nearestName } from "../core/nearest_name.ts";
import type { HttpAnswer, HttpGet } from "../core/ports.ts";
import { pricesOf } from "../core/prices_of.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import type { StartProblem } from "../core/start_problem.ts";
import { answerProblem } from "../streams/sources/binance/answer_problem.ts";
import { eventsPerSecondOf, symbolRulesOf } from "../streams/sources/binance/symbol_rules_of.ts";
import { EMBEDDED_SYMBOLS } from "../streams/sources/embedded/symbols.ts";

/** What must be known of the venue before a night: the rules of its symbols, and how much it will say. */
export interface VenueFacts {
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  readonly prices: RunIdentity["prices"];
  /** Of all symbols together. */
  readonly eventsPerS: number;
  /** It could not be asked: no night can be run on it now. */
  readonly problem: StartProblem | null;
}

/** Nobody is asked where a night cannot begin: it needs no rules to say so. */
export function unaskedVenue(config: Config, problem: StartProblem): VenueFacts {
  return { symbols: new Map(), prices: pricesOf(config), eventsPerS: 0, problem };
}

export async function askVenue(config: Config, get: HttpGet): Promise<VenueFacts> {
  if (config.source === "binance") return await askBinance(config, get);
  const symbols = embeddedRules(config);
  const eventsPerS = config.market.embedded.ticks_per_s * symbols.size;
  return { symbols, prices: "invented", eventsPerS, problem: null };
}

/** What needs no asking. */
export function embeddedRules(config: Config): ReadonlyMap<string, SymbolRules> {
  return rulesOf(config, [...EMBEDDED_SYMBOLS.keys()], (symbol) => EMBEDDED_SYMBOLS.get(symbol)?.rules);
}

const ANSWER_BYTES_MAX = 2 ** 20;
/** All symbols of the venue, asked for only to name the nearest ones. */
const LIST_BYTES_MAX = 64 * 2 ** 20;
const UNKNOWN_SYMBOL = -1121;

async function askBinance(config: Config, get: HttpGet): Promise<VenueFacts> {
  const { rest_url, request_timeout_ms: timeoutMs } = config.binance;
  const ask = (path: string, bytesMax = ANSWER_BYTES_MAX) => get(rest_url + path, { timeoutMs, bytesMax });
  const asked = `symbols=${encodeURIComponent(JSON.stringify(config.symbols))}`;
  const prices = pricesOf(config);
  const fails = (reason_code: string, detail: string): VenueFacts => {
    const problem = { component: "market_role", reason_code, detail: `${rest_url}: ${detail}` };
    return unaskedVenue(config, problem);
  };
  let info: HttpAnswer;
  let day: HttpAnswer;
  try {
    info = await ask(`/api/v3/exchangeInfo?${asked}`);
    if (codeIn(info) === UNKNOWN_SYMBOL) await refuseUnknown(config, ask);
    day = await ask(`/api/v3/ticker/24hr?${asked}&type=MINI`);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof AnswerError) return fails("VENUE_ERRORS", error.message);
    return fails("VENUE_LOST", `cannot be reached: ${(error as Error).message}`);
  }
  for (const answer of [info, day]) {
    const problem = answerProblem(answer);
    if (problem !== null) return fails("VENUE_ERRORS", problem);
  }
  const { rules, problems } = symbolRulesOf(JSON.parse(info.body));
  if (problems.length > 0) throw new ConfigError(`symbols: ${problems.join("; ")}`);
  const symbols = rulesOf(config, [...rules.keys()], (symbol) => rules.get(symbol));
  try {
    return { symbols, prices, eventsPerS: eventsPerSecondOf(JSON.parse(day.body)), problem: null };
  } catch (error) {
    return fails("VENUE_ERRORS", `ticker/24hr: ${(error as Error).message}`);
  }
}

async function refuseUnknown(
  config: Config,
  ask: (path: string, bytesMax: number) => Promise<HttpAnswer>,
): Promise<void> {
  const path = "/api/v3/exchangeInfo?permissions=SPOT";
  const all = await ask(path, LIST_BYTES_MAX).catch(() => null); // it only helps the message
  if (all === null || answerProblem(all) !== null) {
    throw new ConfigError(`symbols: ${config.source} does not know one of ${config.symbols.join(", ")}`);
  }
  const { rules } = symbolRulesOf(JSON.parse(all.body));
  rulesOf(config, [...rules.keys()], (symbol) => rules.get(symbol));
}

function codeIn({ body }: HttpAnswer): unknown {
  try {
    return (JSON.parse(body) as { readonly code?: unknown } | null)?.code;
  } catch {
    return undefined; // no JSON at all is named by whoever reads the answer
  }
}

const NEAREST_SHOWN_MAX = 20;

/** All must be known, and quoted in one asset: cash is one sum. */
function rulesOf(
  config: Config,
  names: readonly string[],
  find: (symbol: string) => SymbolRules | undefined,
): ReadonlyMap<string, SymbolRules> {
  const rules = new Map(config.symbols.map((symbol) => {
    const known = find(symbol);
    if (known !== undefined) return [symbol, known];
    const nearest = nearestName(symbol, names);
    const hint = nearest === null
      ? `known are ${names.slice(0, NEAREST_SHOWN_MAX).join(", ")}${
        names.length > NEAREST_SHOWN_MAX ? ", …" : ""
      }`
      : `did you mean ${nearest}`;
    throw new ConfigError(`symbols: ${config.source} has no ${JSON.stringify(symbol)}, ${hint}`);
  }));
  const quotes = new Set([...rules.values()].map(({ quote }) => quote));
  if (quotes.size > 1) {
    throw new ConfigError(
      `symbols: ${[...rules.keys()].join(", ")} are quoted in ${
        [...quotes].join(" and ")
      }, one quote asset a run`,
    );
  }
  return rules;
}
