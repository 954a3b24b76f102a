import type { BinanceConfig, LimitAction, MarketConfig, RiskConfig } from "../../core/config.ts";
import type { BookTick, OrderType, Side, TimeInForce } from "../../core/event.ts";
import type { Amount, Price, Quantity } from "../../core/fixed_point.ts";
import type { OpenOrders } from "../../core/open_orders.ts";
import type { ClosedTrade, Portfolio } from "../../core/portfolio.ts";
import type { SymbolRules } from "../../core/symbol_rules.ts";
import type { FeedView } from "./feed_view.ts";
import type { OrderWindow } from "./order_window.ts";

/**
 * What a risk check is, what it sees and what it answers. A check finds breaches and nothing else:
 * what follows from one (DENY, REDUCE, FREEZE, STOP) stands in the config and is done by the risk role.
 */
export interface RiskCheck {
  readonly code: string;
  readonly action: LimitAction;
  /** The breach that this order would make. */
  order?(view: RiskView, order: Candidate): Breach | null;
  /**
   * The breaches that there are, whatever is ordered next; asked on timers, and after every change of equity or, for
   * a check of the feed, where the feed may have turned.
   */
  state?(view: RiskView): readonly Breach[];
  /** A round trip has ended. */
  closed?(view: RiskView, trade: ClosedTrade): void;
}

/** Makes a check for one fold: what it remembers, it remembers in there. */
export type MakeRiskCheck = (config: RiskConfig) => RiskCheck;

/** The same for a check of the feed, whose limits belong to the market and the venue. */
export type MakeFeedCheck = (limits: FeedLimits) => RiskCheck;

export interface FeedLimits {
  readonly market: Pick<MarketConfig, "stale" | "gap">;
  readonly binance: Pick<BinanceConfig, "lost_after_ms" | "errors" | "clock">;
}

export interface RiskView {
  /** Of the event at hand. */
  readonly ts: number;
  readonly portfolio: Portfolio;
  /** From the intent to the last result. */
  readonly orders: OpenOrders;
  readonly markets: ReadonlyMap<string, RiskMarket>;
  readonly window: OrderWindow;
  readonly feed: FeedView;
}

export interface RiskMarket {
  readonly rules: SymbolRules;
  /** The last best bid and ask, and when it came; null before the first. */
  readonly book: BookTick | null;
  readonly bookTs: number;
}

/** An order as it would be sent. */
export interface Candidate {
  readonly strategy_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly order_type: OrderType;
  readonly tif: TimeInForce;
  readonly quantity: Quantity;
  /** The limit; for a market order the best price opposite. */
  readonly price: Price;
  readonly notional: Amount;
  readonly rules: SymbolRules;
}

export interface Breach {
  /** With the numbers. */
  readonly detail: string;
  /** What a FREEZE freezes; null = all. */
  readonly strategy_id: string | null;
  readonly symbol: string | null;
  /** Where it is another than the check's: what was frozen and has not healed in time stops. */
  readonly action?: LimitAction;
  /** The quantity that would still pass; without it no smaller order helps. */
  readonly quantityMax?: Quantity;
  /** The time until which it stands at least, even where `state` does not find it. */
  readonly untilTs?: number;
}
