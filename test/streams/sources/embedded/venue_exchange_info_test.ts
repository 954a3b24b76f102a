import { test } from "uvu";
import * as assert from "uvu/assert";
import { embeddedSymbol } from "../../../../src/streams/sources/embedded/symbols.ts";
import { venueExchangeInfo } from "../../../../src/streams/sources/embedded/venue_exchange_info.ts";

interface Info {
  readonly serverTime: number;
  readonly symbols: readonly { readonly filters: readonly Record<string, string | number | boolean>[] }[];
}

function infoOf(...symbols: readonly string[]): Info {
  return JSON.parse(venueExchangeInfo(symbols.map((symbol) => embeddedSymbol(symbol).rules), 12_345));
}

test("venueExchangeInfo() tells the steps and the least order of a symbol in the venue's form", () => {
  const [symbol] = infoOf("ETHBTC").symbols;
  const { filters, ...rest } = symbol!;
  assert.equal(rest, {
    symbol: "ETHBTC",
    status: "TRADING",
    baseAsset: "ETH",
    baseAssetPrecision: 8,
    quoteAsset: "BTC",
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ["LIMIT", "MARKET"],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    permissions: [],
    permissionSets: [["SPOT"]],
  });
  assert.equal(filters, [
    {
      filterType: "PRICE_FILTER",
      minPrice: "0.00001000",
      maxPrice: "1000000.00000000",
      tickSize: "0.00001000",
    },
    { filterType: "LOT_SIZE", minQty: "0.00010000", maxQty: "9000000.00000000", stepSize: "0.00010000" },
    {
      filterType: "MARKET_LOT_SIZE",
      minQty: "0.00000000",
      maxQty: "9000000.00000000",
      stepSize: "0.00000000",
    },
    {
      filterType: "NOTIONAL",
      minNotional: "0.00010000",
      applyMinToMarket: true,
      maxNotional: "9000000.00000000",
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
  ]);
});

test("venueExchangeInfo() has the time and every symbol that it is given", () => {
  const info = infoOf("BTCUSDT", "DOGEUSDT");
  assert.is(info.serverTime, 12_345);
  assert.equal(info.symbols.map(({ filters }) => filters[0]!["tickSize"]), ["0.01000000", "0.00001000"]);
  assert.equal(infoOf().symbols, []);
});

test.run();
