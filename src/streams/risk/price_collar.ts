import type { RiskConfig } from "../../core/config.ts";
import {
  formatUnits,
  fractionOf,
  notionalOf,
  parsePrice,
  parseRate,
  type Price,
  type Quantity,
  rateOf,
} from "../../core/fixed_point.ts";
import type { Breach, RiskCheck, RiskView } from "./risk_check.ts";

const ONE = 100_000_000n as Quantity;

/** RISK_PRICE_COLLAR: how far an entry's price lies from the mid of the book. */
export function priceCollar({ price_collar: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);
  const frozen = new Set<string>();

  function breachOf(symbol: string, price: Price, mid: Price): Breach | null {
    const fair = notionalOf(mid, ONE);
    const distance = notionalOf((price > mid ? price - mid : mid - price) as Price, ONE);
    if (distance <= fractionOf(fair, share)) return null;
    const part = formatUnits(rateOf(distance, fair));
    const detail = `price ${formatUnits(price)} is ${part} from the mid ${formatUnits(mid)} of ${symbol}, ` +
      `at most ${limit}`;
    return { detail, strategy_id: null, symbol };
  }

  /** What an entry at the best bid or ask would meet. */
  function breachIn({ markets }: RiskView, symbol: string): Breach | null {
    const { price, bid, ask } = markets.get(symbol)!.book!;
    const mid = parsePrice(price);
    return breachOf(symbol, parsePrice(ask), mid) ?? breachOf(symbol, parsePrice(bid), mid);
  }

  return {
    code: "RISK_PRICE_COLLAR",
    action,
    order({ markets }, { side, symbol, price }) {
      if (side === "SELL") return null;
      const breach = breachOf(symbol, price, parsePrice(markets.get(symbol)!.book!.price));
      if (breach !== null && action === "FREEZE") frozen.add(symbol);
      return breach;
    },
    /** A wide book alone is no breach here; but what an entry has frozen stays so until the book is narrow again. */
    state(view) {
      const breaches: Breach[] = [];
      for (const symbol of frozen) {
        const breach = breachIn(view, symbol);
        if (breach === null) frozen.delete(symbol);
        else breaches.push(breach);
      }
      return breaches;
    },
  };
}
