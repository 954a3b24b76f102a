import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { embeddedSymbol } from "../../../../src/streams/sources/embedded/symbols.ts";
import { venueRest, type VenueView } from "../../../../src/streams/sources/embedded/venue_rest.ts";
import { venueTrades } from "../../../../src/streams/sources/embedded/venue_trades.ts";

const NOW_TS = 1_795_298_400_000;
const TRADE = { e: "trade", E: 12, p: "2.00000000", q: "3.00000000", T: 11, m: true, M: true } as const;

const view: VenueView = {
  nowTs: NOW_TS,
  symbols: new Map(["BTCUSDT", "ETHUSDT"].map((symbol) => {
    const trades = venueTrades(2000);
    if (symbol === "BTCUSDT") { for (let t = 1; t <= 1500; t++) trades.push({ ...TRADE, s: symbol, t }); }
    return [symbol, { rules: embeddedSymbol(symbol).rules, trades }];
  })),
  tradesPerDay: 345_600,
};

function asked(
  path: string,
): { readonly status: number; readonly weight: number; readonly value: ReturnType<typeof JSON.parse> } {
  const { status, weight, body, headers, delayMs } = venueRest("GET", path, view);
  assert.is(headers["content-type"], "application/json;charset=UTF-8");
  assert.is(delayMs, 0);
  return { status, weight, value: JSON.parse(body) };
}

test("venueRest() answers ping and time", () => {
  assert.equal(asked("/api/v3/ping"), { status: 200, weight: 1, value: {} });
  assert.equal(asked("/api/v3/time"), { status: 200, weight: 1, value: { serverTime: NOW_TS } });
});

const SYMBOLS: readonly (readonly [query: string, symbols: readonly string[]])[] = [
  ["", ["BTCUSDT", "ETHUSDT"]],
  ["?symbol=ETHUSDT", ["ETHUSDT"]],
  ["?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D", ["ETHUSDT", "BTCUSDT"]],
  ['?symbols=["BTCUSDT"]', ["BTCUSDT"]],
];
test("exchangeInfo has the symbols that are asked for", () => {
  for (const [query, symbols] of SYMBOLS) {
    const { value, weight } = asked(`/api/v3/exchangeInfo${query}`);
    assert.equal(value.symbols.map((info: { symbol: string }) => info.symbol), symbols);
    assert.is(value.serverTime, NOW_TS);
    assert.is(weight, 20);
  }
});

test("ticker/24hr counts the trades of a day, as one object for one symbol", () => {
  const ticker = (symbol: string) => ({
    symbol,
    openTime: NOW_TS - 86_400_000,
    closeTime: NOW_TS,
    count: 345_600,
  });
  for (const [query, symbols] of SYMBOLS) {
    const tickers = symbols.map(ticker);
    const value = query.startsWith("?symbol=") ? tickers[0] : tickers;
    assert.equal(asked(`/api/v3/ticker/24hr${query}`), { status: 200, weight: 2, value });
  }
});

test("historicalTrades and trades give trades from the one that is asked for, or the newest", () => {
  const cases: readonly (readonly [query: string, first: number, last: number])[] = [
    ["", 1001, 1500],
    ["&limit=1", 1500, 1500],
    ["&limit=1000", 501, 1500],
    ["&fromId=7", 7, 506],
    ["&fromId=1499&limit=1000", 1499, 1500],
    ["&fromId=0&limit=2", 1, 2],
  ];
  for (const place of ["/api/v3/historicalTrades", "/api/v3/trades"]) {
    for (const [query, first, last] of cases) {
      const { status, weight, value } = asked(`${place}?symbol=BTCUSDT${query}`);
      assert.equal([status, weight, value[0].id, value.at(-1).id], [200, 25, first, last], query);
      assert.is(value.length, last - first + 1);
    }
    assert.equal(asked(`${place}?symbol=ETHUSDT`).value, []);
    assert.equal(asked(`${place}?symbol=BTCUSDT&fromId=1501`).value, []);
  }
});

const REFUSED: readonly (readonly [path: string, status: number, code: number])[] = [
  ["/api/v3/exchangeInfo?symbol=NOPE", 400, -1121],
  ["/api/v3/exchangeInfo?symbol=btcusdt", 400, -1121],
  ['/api/v3/exchangeInfo?symbols=["BTCUSDT","NOPE"]', 400, -1121],
  ["/api/v3/exchangeInfo?symbols=[7]", 400, -1121],
  ["/api/v3/exchangeInfo?symbols=[]", 400, -1130],
  ["/api/v3/exchangeInfo?symbols=BTCUSDT", 400, -1130],
  ["/api/v3/exchangeInfo?symbols={}", 400, -1130],
  ['/api/v3/exchangeInfo?symbol=BTCUSDT&symbols=["BTCUSDT"]', 400, -1128],
  ["/api/v3/ticker/24hr?symbol=NOPE", 400, -1121],
  ["/api/v3/historicalTrades", 400, -1102],
  ["/api/v3/historicalTrades?symbol=", 400, -1102],
  ["/api/v3/historicalTrades?symbol=NOPE", 400, -1121],
  ["/api/v3/historicalTrades?symbol=BTCUSDT&limit=0", 400, -1130],
  ["/api/v3/historicalTrades?symbol=BTCUSDT&limit=1001", 400, -1130],
  ["/api/v3/historicalTrades?symbol=BTCUSDT&limit=-1", 400, -1130],
  ["/api/v3/historicalTrades?symbol=BTCUSDT&limit=1e2", 400, -1130],
  ["/api/v3/historicalTrades?symbol=BTCUSDT&fromId=x", 400, -1130],
  ["/api/v3/historicalTrades?symbol=BTCUSDT&fromId=", 400, -1130],
  ["/api/v3/order?symbol=BTCUSDT&side=BUY", 404, -1020],
  ["/api/v3/toString", 404, -1020],
  ["toString", 404, -1020],
  ["", 404, -1020],
];
test("venueRest() refuses in the venue's form", () => {
  for (const [path, status, code] of REFUSED) {
    const answer = asked(path);
    assert.is(answer.status, status, path);
    assert.equal(Object.keys(answer.value), ["code", "msg"]);
    assert.is(answer.value.code, code, path);
  }
  assert.is(asked("/api/v3/exchangeInfo?symbol=NOPE").value.msg, "Invalid symbol.");
});

test("venueRest() takes no method but GET, wherever it is sent", () => {
  for (const method of ["POST", "PUT", "DELETE", "HEAD", "get", ""]) {
    for (const path of ["/api/v3/ping", "/api/v3/order"]) {
      assert.is(venueRest(method, path, view).status, 405);
    }
  }
});

test("venueRest() answers any path", () => {
  const place = fc.constantFrom("exchangeInfo", "historicalTrades", "ticker/24hr", "trades");
  const key = fc.constantFrom("symbol", "symbols", "limit", "fromId");
  const query = fc.array(fc.tuple(key, fc.oneof(fc.string(), fc.json(), fc.constant("BTCUSDT"))));
  fc.assert(fc.property(place, query, fc.string(), (name, pairs, tail) => {
    const text = pairs.map(([name, value]) => `${name}=${value}`).join("&");
    assert.ok([200, 400].includes(asked(`/api/v3/${name}?${text}`).status));
    assert.ok([200, 404].includes(asked(`/api/v3/ping${tail}`).status));
  }));
});

test.run();
