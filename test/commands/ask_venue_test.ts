import { test } from "uvu";
import * as assert from "uvu/assert";
import { AnswerError } from "../../src/core/answer_error.ts";
import { askVenue, embeddedRules, type VenueFacts } from "../../src/commands/ask_venue.ts";
import { type Config, ConfigError } from "../../src/core/config.ts";
import type { HttpGet } from "../../src/core/ports.ts";
import { configWith } from "../support/repo_config.ts";

function settings(_flag: string, symbols: string): Config {
  return configWith([`symbols=[${symbols}]`]);
}

function refused(work: () => unknown, kind: typeof ConfigError, says: RegExp): void {
  assert.throws(work, (error: Error) => error instanceof kind && says.test(error.message), String(says));
}

test("embeddedRules() gives the rules of the run's symbols, in their order", () => {
  const rules = embeddedRules(settings("--symbols", "SOLUSDT,BTCUSDT"));
  assert.equal([...rules.keys()], ["SOLUSDT", "BTCUSDT"]);
  for (const [symbol, { symbol: own, quote }] of rules) {
    assert.is(own, symbol);
    assert.is(quote, "USDT");
  }
  assert.is(embeddedRules(settings("--symbols", "ETHBTC")).get("ETHBTC")!.quote, "BTC");
});

test("embeddedRules() refuses an unknown symbol with the nearest one, or with all", () => {
  refused(
    () => embeddedRules(settings("--symbols", "BTCUSDT,ETHUSD")),
    ConfigError,
    /^symbols: embedded has no "ETHUSD", did you mean ETHUSDT$/,
  );
  refused(
    () => embeddedRules(settings("--symbols", "QQQQQQQQ")),
    ConfigError,
    /^symbols: embedded has no "QQQQQQQQ", known are BTCUSDT, .*ETHBTC$/,
  );
});

test("embeddedRules() refuses symbols of two quote assets", () => {
  refused(
    () => embeddedRules(settings("--symbols", "BTCUSDT,ETHBTC")),
    ConfigError,
    /^symbols: BTCUSDT, ETHBTC are quoted in USDT and BTC, one quote asset a run$/,
  );
});

const BINANCE = ["source=binance", "symbols=[BTCUSDT]"];

function symbolInfo(symbol: string, quote = "USDT") {
  return {
    symbol,
    status: "TRADING",
    baseAsset: symbol.slice(0, -quote.length),
    quoteAsset: quote,
    filters: [
      { filterType: "PRICE_FILTER", tickSize: "0.01000000" },
      { filterType: "LOT_SIZE", stepSize: "0.00001000" },
      { filterType: "NOTIONAL", minNotional: "5.00000000" },
    ],
  };
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** A venue that gives these answers in turn, and what it was asked. */
function venueOf(...answers: readonly Answer[]): { readonly get: HttpGet; readonly asked: string[] } {
  const asked: string[] = [];
  const get: HttpGet = (url) => {
    const { status = 200, body } = answers[asked.length]!;
    asked.push(decodeURIComponent(url));
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return Promise.resolve({ status, headers: new Map(), body: text, elapsedMs: 1 });
  };
  return { get, asked };
}

const UNKNOWN: Answer = { status: 400, body: { code: -1121, msg: "Invalid symbol." } };
const nobody: HttpGet = () => Promise.reject(new Error("ECONNREFUSED"));

test("askVenue() asks nobody for the embedded market", async () => {
  const facts = await askVenue(configWith(), nobody);
  assert.equal([facts.prices, facts.eventsPerS, facts.problem], ["invented", 20, null]);
  assert.equal([...facts.symbols.keys()], ["BTCUSDT", "ETHUSDT"]);
});

test("askVenue() asks the live venue for the rules of the symbols and how much is traded", async () => {
  const { get, asked } = venueOf({ body: { symbols: [symbolInfo("BTCUSDT")] } }, {
    body: [{ symbol: "BTCUSDT", count: 864_000 }],
  });
  const facts = await askVenue(configWith(BINANCE), get);
  assert.is(facts.problem, null);
  assert.is(facts.prices, "live");
  assert.ok(facts.eventsPerS > 10, String(facts.eventsPerS));
  assert.is(facts.symbols.get("BTCUSDT")!.quote, "USDT");
  assert.equal(asked, [
    'https://data-api.binance.vision/api/v3/exchangeInfo?symbols=["BTCUSDT"]',
    'https://data-api.binance.vision/api/v3/ticker/24hr?symbols=["BTCUSDT"]&type=MINI',
  ]);
});

test("askVenue() calls prices live only where the venue itself gives them", async () => {
  const hosts = [
    ["wss://stream.binance.com:9443", "https://api.binance.com", "live"],
    ["wss://stream.testnet.binance.vision", "https://testnet.binance.vision", "invented"],
    ["ws://127.0.0.1:9000", "https://api.binance.com", "recorded"],
    ["wss://stream.binance.com", "http://binance.com.example.org", "recorded"],
  ];
  for (const [ws, rest, prices] of hosts) {
    const { get } = venueOf({ body: { symbols: [symbolInfo("BTCUSDT")] } }, { body: [] });
    const urls = [`binance.ws_url=${ws}`, `binance.rest_url=${rest}`];
    const facts = await askVenue(configWith([...BINANCE, ...urls]), get);
    assert.is(facts.prices, prices, ws);
  }
});

test("askVenue() names the nearest symbols where one is unknown", async () => {
  const { get } = venueOf(UNKNOWN, { body: { symbols: [symbolInfo("BTCUSDT"), symbolInfo("ETHUSDT")] } });
  try {
    await askVenue(configWith(["source=binance", "symbols=[BTCUSDX]"]), get);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ConfigError);
    assert.is((error as Error).message, 'symbols: binance has no "BTCUSDX", did you mean BTCUSDT');
  }
});

test("askVenue() says that a symbol is unknown where the list is not to be had", async () => {
  const refused = venueOf(UNKNOWN, { status: 503, body: "<html>" });
  const late = venueOf(UNKNOWN);
  const lateGet: HttpGet = (url, options) =>
    late.asked.length === 0
      ? late.get(url, options)
      : Promise.reject(new Error("No whole answer within 5000 ms"));
  for (const get of [refused.get, lateGet]) {
    try {
      await askVenue(configWith(["source=binance", "symbols=[BTCUSDX]"]), get);
      assert.unreachable();
    } catch (error) {
      assert.is((error as Error).message, "symbols: binance does not know one of BTCUSDX");
    }
  }
});

test("askVenue() refuses a symbol that is not traded now, with the reason", async () => {
  const { get } = venueOf({ body: { symbols: [{ ...symbolInfo("BTCUSDT"), status: "BREAK" }] } }, {
    body: [],
  });
  try {
    await askVenue(configWith(BINANCE), get);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ConfigError);
    assert.match((error as Error).message, /^symbols: .*BREAK/);
  }
});

test("askVenue() gives a problem for the start where the venue does not answer as it should", async () => {
  const table: readonly (readonly [get: HttpGet, code: string, says: RegExp])[] = [
    [nobody, "VENUE_LOST", /cannot be reached: ECONNREFUSED/],
    [
      () => Promise.reject(new AnswerError("TOO_LONG: the answer is longer than 9 bytes")),
      "VENUE_ERRORS",
      /: TOO_LONG: the answer is longer than 9 bytes$/,
    ],
    [venueOf({ status: 403, body: "<html>" }, { body: "" }).get, "VENUE_ERRORS", /FIREWALL: status 403/],
    [venueOf({ status: 418, body: {} }, { body: "" }).get, "VENUE_ERRORS", /BANNED: status 418/],
    [venueOf({ status: 429, body: {} }, { body: "" }).get, "VENUE_ERRORS", /RATE_LIMITED: status 429/],
    [
      venueOf({ body: { symbols: [symbolInfo("BTCUSDT")] } }, { body: { count: "many" } }).get,
      "VENUE_ERRORS",
      /24hr: /,
    ],
    [venueOf({ body: "<html>" }, { body: "" }).get, "VENUE_ERRORS", /NOT_JSON: the answer is an HTML page/],
  ];
  for (const [get, code, says] of table) {
    const { problem }: VenueFacts = await askVenue(configWith(BINANCE), get);
    assert.is(problem?.reason_code, code);
    assert.match(problem!.detail, says);
  }
});

test.run();
