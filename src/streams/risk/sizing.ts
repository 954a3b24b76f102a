import type { StrategyConfig } from "../../core/config.ts";
import type { Side } from "../../core/event.ts";
import {
  affordable,
  affordableWithFee,
  type Amount,
  formatAmount,
  formatUnits,
  fractionOf,
  notionalOf,
  parsePrice,
  type Price,
  type Quantity,
  type Rate,
} from "../../core/fixed_point.ts";
import { capitalOf, cashOf, positionQuantity } from "../../core/portfolio.ts";
import type { SymbolRules } from "../../core/symbol_rules.ts";
import { hasOpenOrder, reservedCash, reservedQuantity } from "./reservations.ts";
import type { Candidate, RiskView } from "./risk_check.ts";

/**
 * Makes an order of a strategy's wish: an entry takes a fixed part of the capital, an exit the whole position.
 * It keeps to what there is in cash and position; limits are not its business.
 */
export interface SizingTerms {
  readonly venue: string;
  readonly orderFraction: Rate;
  readonly takerFee: Rate;
}

export interface Wish {
  readonly strategy_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly order: StrategyConfig["order"];
}

export interface NoOrder {
  readonly code: "RISK_NO_PRICE" | "RISK_POSITION_OPEN" | "RISK_NO_POSITION" | "RISK_MIN_NOTIONAL";
  readonly detail: string;
}

export type Sized =
  | { readonly ok: true; readonly order: Candidate }
  | { readonly ok: false; readonly why: NoOrder };

export function sizeOrder(view: RiskView, wish: Wish, terms: SizingTerms): Sized {
  const { strategy_id, symbol, side, order: { type, tif } } = wish;
  const market = view.markets.get(symbol);
  if (market === undefined || market.book === null) {
    return refuse("RISK_NO_PRICE", `no book of ${symbol} yet`);
  }
  const { rules } = market;
  const bid = parsePrice(market.book.bid);
  const ask = parsePrice(market.book.ask);
  const held = positionQuantity(view.portfolio, terms.venue, strategy_id, symbol);
  const price = priceOf(wish, bid, ask, rules);
  let quantity: Quantity;
  if (side === "BUY") {
    if (hasOpenOrder(view.orders, strategy_id, symbol)) {
      return refuse("RISK_POSITION_OPEN", `an order for ${symbol} is open`);
    }
    // A rest too small to be sold is no position, or it would lock the strategy out for the night.
    if (held > 0n && notionalOf(bid, held) >= rules.notionalMin) {
      return refuse("RISK_POSITION_OPEN", `holds ${formatUnits(held)} of ${symbol}`);
    }
    quantity = entryQuantity(view, wish, terms, price, rules);
  } else {
    const free = held - reservedQuantity(view.orders, strategy_id, symbol);
    if (free <= 0n) {
      return refuse("RISK_NO_POSITION", `holds ${formatUnits(held)} of ${symbol}, none of it free`);
    }
    quantity = (free - free % rules.quantityStep) as Quantity;
  }
  const notional = notionalOf(price, quantity);
  if (quantity === 0n || notional < rules.notionalMin) {
    return refuse(
      "RISK_MIN_NOTIONAL",
      `order of ${formatAmount(notional)}, at least ${formatAmount(rules.notionalMin)}`,
    );
  }
  return {
    ok: true,
    order: { strategy_id, symbol, side, order_type: type, tif, quantity, price, notional, rules },
  };
}

/** A part of the capital, or less where the free cash does not reach, with the fee, so far. */
function entryQuantity(
  view: RiskView,
  { strategy_id }: Wish,
  { orderFraction, takerFee }: SizingTerms,
  price: Price,
  { quantityStep }: SymbolRules,
): Quantity {
  const budget = fractionOf(capitalOf(view.portfolio, strategy_id), orderFraction);
  const free = cashOf(view.portfolio, strategy_id) - reservedCash(view.orders, strategy_id, takerFee);
  const wanted = affordable(budget, price, quantityStep);
  const possible = affordableWithFee(free as Amount, price, takerFee, quantityStep);
  return wanted < possible ? wanted : possible;
}

/**
 * A market order reckons with the opposite best. A limit order that may rest joins its own side and is rounded
 * away from the other; one that may not takes the opposite best and is rounded so that it still reaches it.
 */
function priceOf({ side, order }: Wish, bid: Price, ask: Price, { priceTick }: SymbolRules): Price {
  const takes = order.type === "MARKET" || order.tif !== "GTC";
  const best = (side === "BUY") === takes ? ask : bid;
  if (order.type === "MARKET") return best;
  const below = best - best % priceTick;
  const roundsUp = (side === "BUY") === takes;
  return (roundsUp && below < best ? below + priceTick : below) as Price;
}

function refuse(code: NoOrder["code"], detail: string): Sized {
  return { ok: false, why: { code, detail } };
}
