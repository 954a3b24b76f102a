import { notionalOf, parseAmount, parsePrice, parseQuantity } from "../../src/core/fixed_point.ts";
import { type OpenOrders, openOrders, placeOrder } from "../../src/core/open_orders.ts";
import { openPortfolio, type Portfolio } from "../../src/core/portfolio.ts";
import type { OrderIntent, Side } from "../../src/core/event.ts";
import { beginFeed, type Feed, openFeed } from "../../src/streams/risk/feed_view.ts";
import { orderWindow } from "../../src/streams/risk/order_window.ts";
import type { Candidate, RiskMarket, RiskView } from "../../src/streams/risk/risk_check.ts";
import { intent, rulesOf, SYMBOLS } from "./trading_events.ts";

/** A view of a night with 1,000 in cash, for tests of single checks: set what a case needs. */
export interface MadeView extends RiskView {
  ts: number;
  readonly portfolio: Portfolio;
  readonly orders: OpenOrders;
  readonly markets: Map<string, RiskMarket>;
  readonly feed: Feed;
}

/** Its feed has begun at 0, with AAAUSDT and BBBUSDT. */
export function riskView(): MadeView {
  const feed = openFeed([...SYMBOLS.keys()]);
  beginFeed(feed, 0);
  return {
    ts: 0,
    portfolio: openPortfolio([
      { id: "alpha", capital: parseAmount("600") },
      { id: "beta", capital: parseAmount("400") },
    ]),
    orders: openOrders(),
    markets: new Map(),
    window: orderWindow(1000, 3),
    feed,
  };
}

export function place(view: RiskView, number: number, more: Partial<OrderIntent>): void {
  placeOrder(view.orders, intent(view.ts, number, more).payload, view.ts);
}

export function candidate(side: Side, quantity: string, price: string): Candidate {
  return {
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    side,
    order_type: "MARKET",
    tif: "GTC",
    quantity: parseQuantity(quantity),
    price: parsePrice(price),
    notional: notionalOf(parsePrice(price), parseQuantity(quantity)),
    rules: rulesOf("AAAUSDT"),
  };
}
