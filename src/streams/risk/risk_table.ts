import type { RiskConfig } from "../../core/config.ts";
import { clockSkew } from "./clock_skew.ts";
import { cooldown } from "./cooldown.ts";
import { dailyLoss } from "./daily_loss.ts";
import { drawdown } from "./drawdown.ts";
import { exposure } from "./exposure.ts";
import { feedGap } from "./feed_gap.ts";
import { feedStale } from "./feed_stale.ts";
import { lowProfit } from "./low_profit.ts";
import { nightLoss } from "./night_loss.ts";
import { openOrdersLimit } from "./open_orders_limit.ts";
import { orderSize } from "./order_size.ts";
import { priceCollar } from "./price_collar.ts";
import type { FeedLimits, MakeFeedCheck, MakeRiskCheck, RiskCheck } from "./risk_check.ts";
import { stalePrice } from "./stale_price.ts";
import { stoplossGuard } from "./stoploss_guard.ts";
import { symbolExposure } from "./symbol_exposure.ts";
import { tradeRate } from "./trade_rate.ts";
import { venueErrors } from "./venue_errors.ts";
import { venueLost } from "./venue_lost.ts";

/** All checks, in the order in which an order meets them. A new check is a file and a line here. */
export const RISK_TABLE: readonly MakeRiskCheck[] = [
  drawdown,
  nightLoss,
  dailyLoss,
  stalePrice,
  priceCollar,
  cooldown,
  stoplossGuard,
  lowProfit,
  openOrdersLimit,
  orderSize, // before both exposures, which judge what is left of the order
  symbolExposure,
  exposure,
  tradeRate,
];

export function riskChecks(config: RiskConfig, table: readonly MakeRiskCheck[]): readonly RiskCheck[] {
  return table.map((make) => make(config));
}

/** The checks of the feed. Where several stop at once the first is the reason: what lies behind the others. */
export const FEED_TABLE: readonly MakeFeedCheck[] = [
  venueLost,
  venueErrors,
  clockSkew,
  feedStale,
  feedGap,
];

export function feedChecks(limits: FeedLimits): readonly RiskCheck[] {
  return FEED_TABLE.map((make) => make(limits));
}
