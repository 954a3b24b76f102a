import { test } from "uvu";
import * as assert from "uvu/assert";
import { askAll, venueFindings, withinBudget } from "../../../src/commands/doctor/venue_findings.ts";
import type { HttpAnswer, HttpGet } from "../../../src/core/ports.ts";
import { configWith } from "../../support/repo_config.ts";

const NOW_TS = Date.UTC(2026, 10, 21, 22);
const URL = "https://data-api.binance.vision";
const BINANCE = configWith(["source=binance", "symbols=[BTCUSDT]"]);
const HTML = "<html><body>Log in</body></html>";

function answerOf(body: unknown, facts: Partial<HttpAnswer> = {}): HttpAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status: 200, headers: new Map(), body: text, elapsedMs: 40, ...facts };
}

/** A venue that answers by path; a text is why no answer came. */
function venueOf(
  answers: Readonly<Record<string, HttpAnswer | string>>,
): HttpGet & { readonly asked: string[] } {
  const asked: string[] = [];
  const get: HttpGet = (url) => {
    const path = url.slice(URL.length).replace(/\?.*/, "").replace("/api/v3/", "");
    asked.push(path);
    const answer = answers[path] ?? "Host not found (ENOTFOUND)";
    return typeof answer === "string" ? Promise.reject(new Error(answer)) : Promise.resolve(answer);
  };
  return Object.assign(get, { asked });
}

const GOOD = { ping: answerOf({}), time: answerOf({ serverTime: NOW_TS - 20 }) };

test("venueFindings() passes a venue that answers and whose clock is ours", async () => {
  const findings = await venueFindings(BINANCE.binance, venueOf(GOOD), () => NOW_TS);
  assert.equal(findings.map(({ id, state, what }) => `${state} ${id}: ${what}`), [
    `PASS venue: ${URL} answers in 40 ms`,
    "PASS venue_clock: our clock is 0 ms behind the venue's (± 20 ms), the limit is 1000 ms",
  ]);
});

const CLOCKS: readonly (readonly [serverTs: number, elapsedMs: number, state: string, what: RegExp])[] = [
  [NOW_TS - 20 + 1000, 40, "PASS", /1000 ms behind/],
  [NOW_TS - 20 + 1001, 40, "FAIL", /1001 ms behind/],
  [NOW_TS - 20 - 1000, 40, "PASS", /1000 ms ahead of/],
  [NOW_TS - 20 - 1001, 40, "FAIL", /1001 ms ahead of/],
  [NOW_TS - 1000, 2000, "PASS", /± 1000 ms/],
  [NOW_TS - 1001, 2002, "WARN", /± 1001 ms/],
];

test("venueFindings() fails a clock beyond the limit, and warns where it cannot tell", async () => {
  for (const [serverTime, elapsedMs, state, what] of CLOCKS) {
    const time = answerOf({ serverTime }, { elapsedMs });
    const [, clock] = await venueFindings(BINANCE.binance, venueOf({ ...GOOD, time }), () => NOW_TS);
    assert.is(clock!.state, state, clock!.what);
    assert.match(clock!.what, what);
  }
});

/** What the first question is answered with: the finding, and what to do. */
const WRONG: readonly (readonly [ping: HttpAnswer | string, what: RegExp, todo: RegExp])[] = [
  ["Host not found (ENOTFOUND)", /ENOTFOUND/, /DNS/],
  ["Host not found for now (EAI_AGAIN)", /EAI_AGAIN/, /DNS/],
  ["Connection refused (ECONNREFUSED)", /refused/, /nobody listens/],
  ["No whole answer within 5000 ms", /5000 ms/, /firewall/],
  ["self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)", /self-signed/, /reads along/],
  ['Requires net access to "x:443", run again with the --allow-net flag', /net access/, /grant/],
  ["Connection reset by the other side (ECONNRESET)", /reset/, /check the network/],
  ["TOO_LONG: the answer is longer than 9 bytes", /TOO_LONG/, /in its place/],
  [answerOf(HTML, { status: 403 }), /FIREWALL: status 403, an HTML page/, /region/],
  [answerOf({ code: -1003 }, { status: 418 }), /BANNED: status 418/, /two minutes/],
  [answerOf({ code: -1003 }, { status: 429 }), /RATE_LIMITED: status 429/, /wait/],
  [answerOf("", { status: 503 }), /SERVER_ERROR: status 503/, /later/],
  [answerOf({ code: 0 }, { status: 404 }), /HTTP_ERROR: status 404/, /rest_url/],
  [answerOf(HTML), /NOT_JSON: the answer is an HTML page/, /login page/],
];

test("venueFindings() names what keeps the venue from answering, asks nothing more, and says what to do", async () => {
  for (const [ping, what, todo] of WRONG) {
    const get = venueOf({ ...GOOD, ping });
    const [finding, ...others] = await venueFindings(BINANCE.binance, get, () => NOW_TS);
    assert.equal([finding!.id, finding!.state, others, get.asked], ["venue", "FAIL", [], ["ping"]]);
    assert.match(finding!.what, what);
    assert.match(finding!.do!, todo);
  }
});

test("venueFindings() fails the clock alone when only the time cannot be had", async () => {
  const table: readonly (readonly [time: HttpAnswer | string, what: RegExp])[] = [
    ["No whole answer within 5000 ms", /No whole answer/],
    [answerOf({}, { status: 429 }), /RATE_LIMITED/],
    [answerOf({ serverTime: "now" }), /serverTime is "now", expected a number/],
    [answerOf("null"), /serverTime is undefined, expected a number/],
  ];
  for (const [time, what] of table) {
    const [venue, clock] = await venueFindings(BINANCE.binance, venueOf({ ...GOOD, time }), () => NOW_TS);
    assert.equal([venue!.state, clock!.id, clock!.state], ["PASS", "venue_clock", "FAIL"]);
    assert.match(clock!.what, what);
    assert.type(clock!.do, "string");
  }
});

const FILTERS = [
  { filterType: "PRICE_FILTER", tickSize: "0.01000000" },
  { filterType: "LOT_SIZE", stepSize: "0.00001000", minQty: "0.00001000", maxQty: "9000.00000000" },
  { filterType: "NOTIONAL", minNotional: "5.00000000" },
];
const INFO = {
  symbols: [
    { symbol: "BTCUSDT", status: "TRADING", baseAsset: "BTC", quoteAsset: "USDT", filters: FILTERS },
  ],
};
const DAY = [{ symbol: "BTCUSDT", count: 864_000 }];

async function askedAll(config: typeof BINANCE, get: HttpGet, isOffline = false) {
  const answers = await askAll(config, { get, now: () => NOW_TS, elapsedMs: () => 0, isOffline });
  return { ...answers, findings: answers.findings.map(({ id, state }) => `${state} ${id}`) };
}

test("askAll() asks a live venue for its symbols and how much it sends", async () => {
  const get = venueOf({ ...GOOD, exchangeInfo: answerOf(INFO), "ticker/24hr": answerOf(DAY) });
  const { findings, eventsPerS, isAssumed } = await askedAll(BINANCE, get);
  assert.equal(findings, ["PASS venue", "PASS venue_clock", "PASS symbols"]);
  assert.ok(eventsPerS >= 10);
  assert.is(isAssumed, false);
});

test("askAll() assumes busy symbols where the venue has not said how much it sends", async () => {
  const table: readonly (readonly [get: HttpGet, isOffline: boolean, findings: readonly string[]])[] = [
    [venueOf({}), false, ["FAIL venue"]],
    [venueOf(GOOD), true, ["WARN venue"]],
    [venueOf(GOOD), false, ["PASS venue", "PASS venue_clock", "FAIL symbols"]],
    [venueOf({ ...GOOD, exchangeInfo: answerOf({ symbols: [] }), "ticker/24hr": answerOf(DAY) }), false, [
      "PASS venue",
      "PASS venue_clock",
      "FAIL symbols",
    ]],
  ];
  for (const [get, isOffline, findings] of table) {
    assert.equal(await askedAll(BINANCE, get, isOffline), { findings, eventsPerS: 145, isAssumed: true });
  }
});

test("askAll() asks nobody for the embedded market", async () => {
  const get = venueOf({});
  for (const isOffline of [false, true]) {
    assert.equal(await askedAll(configWith(), get, isOffline), {
      findings: ["PASS venue", "PASS symbols"],
      eventsPerS: 20,
      isAssumed: false,
    });
  }
  const unknown = await askedAll(configWith(["symbols=[NOSUCHUSDT]"]), get);
  assert.equal(unknown.findings, ["PASS venue", "FAIL symbols"]);
  assert.equal(get.asked, []);
});

test("withinBudget() shortens each question by what those before have taken, and refuses the last", async () => {
  let nowMs = 1000;
  const timeouts: number[] = [];
  const get = withinBudget(
    (_, { timeoutMs }) => {
      timeouts.push(timeoutMs);
      nowMs += 3000.5;
      return Promise.resolve(answerOf({}));
    },
    8000,
    () => nowMs,
  );
  const ask = () => get(URL, { timeoutMs: 5000, bytesMax: 1 });
  for (let i = 0; i < 3; i++) await ask();
  assert.equal(timeouts, [5000, 4999, 1999]);
  const refusal = await ask().then(() => "", (error: Error) => error.message);
  assert.is(refusal, "No time left of the 8000 ms for all questions");
  assert.is(timeouts.length, 3);
});

test.run();
