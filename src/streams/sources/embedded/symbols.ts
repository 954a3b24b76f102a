import { parseAmount, parsePrice, parseQuantity } from "../../../core/fixed_point.ts";
import type { SymbolRules } from "../../../core/symbol_rules.ts";

/**
 * The symbols of the made-up market. Steps and least orders are of the venue's magnitude; start prices are
 * invented. They must never pass for the venue's own rules of today.
 */
export interface EmbeddedSymbol {
  readonly rules: SymbolRules;
  /** In price ticks. */
  readonly startTicks: number;
}

// symbol, base, quote, price tick, quantity step, least notional, start price
const TABLE: readonly (readonly [string, string, string, string, string, string, string])[] = [
  ["BTCUSDT", "BTC", "USDT", "0.01", "0.00001", "5", "67250.12"],
  ["ETHUSDT", "ETH", "USDT", "0.01", "0.0001", "5", "3480.55"],
  ["BNBUSDT", "BNB", "USDT", "0.01", "0.001", "5", "585.31"],
  ["SOLUSDT", "SOL", "USDT", "0.01", "0.001", "5", "152.37"],
  ["XRPUSDT", "XRP", "USDT", "0.0001", "0.1", "5", "0.5234"],
  ["ADAUSDT", "ADA", "USDT", "0.0001", "0.1", "5", "0.4512"],
  ["DOGEUSDT", "DOGE", "USDT", "0.00001", "1", "5", "0.13456"],
  ["LTCUSDT", "LTC", "USDT", "0.01", "0.001", "5", "78.42"],
  ["AVAXUSDT", "AVAX", "USDT", "0.01", "0.01", "5", "28.35"],
  ["DOTUSDT", "DOT", "USDT", "0.001", "0.01", "5", "6.123"],
  ["ETHBTC", "ETH", "BTC", "0.00001", "0.0001", "0.0001", "0.05176"],
];

export const EMBEDDED_SYMBOLS: ReadonlyMap<string, EmbeddedSymbol> = new Map(
  TABLE.map(([symbol, base, quote, tick, step, least, start]) => {
    const priceTick = parsePrice(tick);
    const rules: SymbolRules = {
      symbol,
      base,
      quote,
      priceTick,
      quantityStep: parseQuantity(step),
      notionalMin: parseAmount(least),
    };
    return [symbol, { rules, startTicks: Number(parsePrice(start) / priceTick) }];
  }),
);

/** The rules of a symbol, or an error that names the known ones. */
export function embeddedSymbol(symbol: string): EmbeddedSymbol {
  const known = EMBEDDED_SYMBOLS.get(symbol);
  if (known === undefined) {
    const names = [...EMBEDDED_SYMBOLS.keys()].join(", ");
    throw new Error(
      `Symbol ${JSON.stringify(symbol)} is not in the embedded market, expected one of ${names}`,
    );
  }
  return known;
}
