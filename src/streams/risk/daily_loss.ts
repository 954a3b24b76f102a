import type { RiskConfig } from "../../core/config.ts";
import {
  type Amount,
  formatAmount,
  formatUnits,
  fractionOf,
  parseRate,
  rateOf,
  ZERO_AMOUNT,
} from "../../core/fixed_point.ts";
import { equityOf } from "../../core/portfolio.ts";
import type { RiskCheck } from "./risk_check.ts";

const DAY_MS = 86_400_000;

/**
 * RISK_DAILY_LOSS: how far equity, at mid, lies under what the UTC day began with: the equity at the first look at
 * or after midnight, on the first day that of the night. Until the first look nothing has been bought, so both agree
 * where a night begins just before midnight.
 */
export function dailyLoss({ daily_loss: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);
  let day: number | null = null;
  let start = ZERO_AMOUNT;
  let most = ZERO_AMOUNT;

  function beginDay(today: number, equity: Amount): void {
    day = today;
    start = equity;
    most = fractionOf(equity, share);
  }

  return {
    code: "RISK_DAILY_LOSS",
    action,
    state({ ts, portfolio }) {
      const equity = equityOf(portfolio);
      const today = Math.floor(ts / DAY_MS);
      if (day !== today) beginDay(today, day === null ? portfolio.equityStart : equity);
      const loss = (start - equity) as Amount;
      if (loss <= most) return [];
      const part = formatUnits(rateOf(loss, start));
      const detail = `equity ${formatAmount(equity)} is ${part} under the day's first ${
        formatAmount(start)
      }, at most ${limit}`;
      return [{ detail, strategy_id: null, symbol: null }];
    },
  };
}
