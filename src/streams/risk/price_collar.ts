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
import { entryFreezes } from "./entry_freezes.ts";
import type { Breach, RiskCheck, RiskView } from "./risk_check.ts";

const ONE = 100_000_000n as Quantity;

/** RISK_PRICE_COLLAR: how far an entry's price lies from the mid of the book. */
export function priceCollar({ price_collar: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);

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

  const frozen = entryFreezes(action, breachIn);
  return {
    code: "RISK_PRICE_COLLAR",
    action,
    order({ markets }, { side, symbol, price }) {
      if (side === "SELL") return null;
      return frozen.met(symbol, breachOf(symbol, price, parsePrice(markets.get(symbol)!.book!.price)));
    },
    state: frozen.standing,
  };
}
