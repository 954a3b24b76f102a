import type { SymbolRules } from "../../../core/symbol_rules.ts";
import { venueDecimal } from "./venue_decimal.ts";

/** The rules of the embedded symbols as the venue's exchangeInfo tells them. What has no rule here is left out. */
const PRICE_MAX = venueDecimal(1_000_000n * 100_000_000n);
const QUANTITY_MAX = venueDecimal(9_000_000n * 100_000_000n);
const NOTIONAL_MAX = venueDecimal(9_000_000n * 100_000_000n);
const NONE = venueDecimal(0n);
/** Of an amount (1e-16) in a unit of the venue (1e-8). */
const AMOUNT_UNIT = 100_000_000n;

export function venueExchangeInfo(symbols: readonly SymbolRules[], nowTs: number): string {
  return JSON.stringify({
    timezone: "UTC",
    serverTime: nowTs,
    rateLimits: [
      { rateLimitType: "REQUEST_WEIGHT", interval: "MINUTE", intervalNum: 1, limit: 6000 },
    ],
    exchangeFilters: [],
    symbols: symbols.map(symbolInfo),
  });
}

function symbolInfo({ symbol, base, quote, priceTick, quantityStep, notionalMin }: SymbolRules): unknown {
  return {
    symbol,
    status: "TRADING",
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ["LIMIT", "MARKET"],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: "PRICE_FILTER",
        minPrice: venueDecimal(priceTick),
        maxPrice: PRICE_MAX,
        tickSize: venueDecimal(priceTick),
      },
      {
        filterType: "LOT_SIZE",
        minQty: venueDecimal(quantityStep),
        maxQty: QUANTITY_MAX,
        stepSize: venueDecimal(quantityStep),
      },
      // zero switches a rule off: market orders move in the steps of LOT_SIZE
      { filterType: "MARKET_LOT_SIZE", minQty: NONE, maxQty: QUANTITY_MAX, stepSize: NONE },
      {
        filterType: "NOTIONAL",
        minNotional: venueDecimal(notionalMin / AMOUNT_UNIT),
        applyMinToMarket: true,
        maxNotional: NOTIONAL_MAX,
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
    ],
    permissions: [],
    permissionSets: [["SPOT"]],
  };
}
