import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAmount, formatUnits } from "../../../../src/core/fixed_point.ts";
import { eventsPerSecondOf, symbolRulesOf } from "../../../../src/streams/sources/binance/symbol_rules_of.ts";
import { realData } from "../../../support/real_data.ts";

const PRICE = { filterType: "PRICE_FILTER", tickSize: "0.01000000" };
const LOT = { filterType: "LOT_SIZE", stepSize: "0.00001000" };
const MIN = { filterType: "MIN_NOTIONAL", minNotional: "10.00000000" };
const NOTIONAL = { filterType: "NOTIONAL", minNotional: "5.00", applyMinToMarket: true };
const BTC = {
  symbol: "BTCUSDT",
  status: "TRADING",
  baseAsset: "BTC",
  quoteAsset: "USDT",
  filters: [PRICE, LOT, NOTIONAL],
};
const marketLot = (stepSize: unknown) => ({ filterType: "MARKET_LOT_SIZE", stepSize });
const read = (change: object) => symbolRulesOf({ symbols: [{ ...BTC, ...change }] });

function texts(change: object): readonly string[] {
  const { rules, problems } = read(change);
  assert.equal(problems, []);
  const { symbol, base, quote, priceTick, quantityStep, notionalMin } = rules.get("BTCUSDT")!;
  return [symbol, base, quote, formatUnits(priceTick), formatUnits(quantityStep), formatAmount(notionalMin)];
}

const RULES: readonly (readonly [string, readonly object[], readonly string[]])[] = [
  ["NOTIONAL", [PRICE, LOT, NOTIONAL], ["0.01", "0.00001", "5"]],
  ["MIN_NOTIONAL", [MIN, LOT, PRICE], ["0.01", "0.00001", "10"]],
  ["both", [MIN, LOT, NOTIONAL, PRICE], ["0.01", "0.00001", "5"]],
  ["whole steps", [MIN, { ...LOT, stepSize: "1.00" }, { ...PRICE, tickSize: "1.00000000" }], [
    "1",
    "1",
    "10",
  ]],
  ["a market step that is off", [PRICE, LOT, NOTIONAL, marketLot("0.00000000")], ["0.01", "0.00001", "5"]],
  ["a coarser market step", [PRICE, LOT, NOTIONAL, marketLot("0.00100000")], ["0.01", "0.001", "5"]],
  ["a finer market step", [PRICE, LOT, NOTIONAL, marketLot("0.00000100")], ["0.01", "0.00001", "5"]],
];
for (const [name, filters, [tick, step, least]] of RULES) {
  test(`symbolRulesOf() reads ${name}`, () => {
    assert.equal(texts({ filters }), ["BTCUSDT", "BTC", "USDT", tick, step, least]);
  });
}

const PROBLEMS: readonly (readonly [object, string])[] = [
  [{ symbol: 7 }, "symbol is 7, expected a name"],
  [{ symbol: "" }, 'symbol is "", expected a name'],
  [{ status: "CANCEL_ONLY" }, 'BTCUSDT: status is "CANCEL_ONLY", expected "TRADING"'],
  [{ status: undefined }, 'BTCUSDT: status is undefined, expected "TRADING"'],
  [{ quoteAsset: null }, 'BTCUSDT: assets are "BTC" and null, expected two names'],
  [{ filters: [] }, "BTCUSDT: has no filter PRICE_FILTER"],
  [{ filters: "none" }, "BTCUSDT: has no filter PRICE_FILTER"],
  [{ filters: [null, PRICE] }, "BTCUSDT: has no filter LOT_SIZE"],
  [{ filters: [PRICE, LOT] }, "BTCUSDT: has no filter MIN_NOTIONAL"],
  [
    { filters: [{ ...PRICE, tickSize: 0.01 }] },
    "BTCUSDT: tickSize of PRICE_FILTER is 0.01, expected a decimal as text",
  ],
  [{ filters: [{ ...PRICE, tickSize: "0.00000000" }] }, "BTCUSDT: tickSize is 0, expected a step above it"],
  [{ filters: [PRICE, { ...LOT, stepSize: "0" }] }, "BTCUSDT: stepSize is 0, expected a step above it"],
  [{ filters: [PRICE, { ...LOT, stepSize: "-1" }] }, 'BTCUSDT: Negative: "-1", expected zero or more'],
  [
    { filters: [{ ...PRICE, tickSize: "1e-8" }] },
    'BTCUSDT: Not a decimal number: "1e-8", expected digits such as "12.5"',
  ],
  [{ filters: [PRICE, LOT, { ...MIN, minNotional: "-1" }] }, "BTCUSDT: minNotional is below 0"],
  [
    { filters: [PRICE, { ...LOT, stepSize: "2" }, NOTIONAL, marketLot("3")] },
    "BTCUSDT: stepSize of MARKET_LOT_SIZE and LOT_SIZE do not fit each other",
  ],
  [
    { filters: [PRICE, { ...LOT, stepSize: "3" }, NOTIONAL, marketLot("2")] },
    "BTCUSDT: stepSize of MARKET_LOT_SIZE and LOT_SIZE do not fit each other",
  ],
];
for (const [change, problem] of PROBLEMS) {
  test(`symbolRulesOf() says "${problem}"`, () => {
    const { rules, problems } = read(change);
    assert.equal([rules.size, problems], [0, [problem]]);
  });
}

test("symbolRulesOf() says what is wrong when there are no symbols in the answer", () => {
  for (const answer of [null, 7, [], {}]) {
    assert.equal(symbolRulesOf(answer).problems, ["symbols is undefined, expected an array"]);
  }
  assert.equal(symbolRulesOf({ symbols: [null] }).problems, ["symbol is undefined, expected a name"]);
  assert.equal([...symbolRulesOf({ symbols: [{ ...BTC, status: "HALT" }, BTC] }).rules.keys()], ["BTCUSDT"]);
});

const RECORDED = "market/cryptofeed/BINANCE.0.gz";
const recording = realData(RECORDED);
(recording === null ? test.skip : test)(
  "symbolRulesOf() has rules or a reason for each of 1,695 recorded symbols",
  () => {
    const line = recording!.slice(0, recording!.indexOf("\n"));
    const info = JSON.parse(line.slice(line.indexOf(": {") + 2)) as { symbols: { status: string }[] };
    const trading = info.symbols.filter(({ status }) => status === "TRADING");
    const { rules, problems } = symbolRulesOf(info);
    assert.is(info.symbols.length, 1695);
    assert.is(rules.size, trading.length);
    assert.is(problems.length, 1695 - trading.length);
    assert.ok(problems.every((problem) => problem.endsWith('status is "BREAK", expected "TRADING"')));
    const { priceTick, quantityStep, notionalMin, quote } = rules.get("ETHBTC")!;
    assert.equal(
      [formatUnits(priceTick), formatUnits(quantityStep), formatAmount(notionalMin), quote],
      ["0.000001", "0.0001", "0.0001", "BTC"],
    );
  },
);

const EXAMPLES = "adapter/binance-docs-json-examples.json";
const examples = realData(EXAMPLES);
(examples === null ? test.skip : test)("symbolRulesOf() says what the documents' examples leave out", () => {
  const answers = (JSON.parse(examples!) as { json_text?: string }[])
    .filter(({ json_text }) => json_text?.includes('"baseAssetPrecision"'))
    .map(({ json_text }) => JSON.parse(json_text!) as { result?: unknown });
  assert.equal(answers.map((answer) => symbolRulesOf(answer.result ?? answer)), [
    { rules: new Map(), problems: ["ETHBTC: has no filter PRICE_FILTER"] },
    { rules: new Map(), problems: ["BNBBTC: has no filter MIN_NOTIONAL"] },
  ]);
});

test("eventsPerSecondOf() adds up the trades of a day, each with its quotes", () => {
  assert.is(eventsPerSecondOf([]), 0);
  assert.is(eventsPerSecondOf({ symbol: "A", count: 86_400 }), 4.7);
  assert.is(eventsPerSecondOf([{ count: 86_400 }, { count: 172_800 }, { count: 0 }]), 3 * 4.7);
});

for (const tickers of [null, [null], {}, [{ count: -1 }], [{ count: "76" }], [{ count: 1.5 }]]) {
  test(`eventsPerSecondOf() throws when told ${JSON.stringify(tickers)}`, () => {
    assert.throws(() => eventsPerSecondOf(tickers), "expected the number of trades of a day");
  });
}

test.run();
