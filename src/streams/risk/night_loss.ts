import type { RiskConfig } from "../../core/config.ts";
import {
  type Amount,
  formatAmount,
  formatUnits,
  fractionOf,
  parseRate,
  rateOf,
} from "../../core/fixed_point.ts";
import { equityOf } from "../../core/portfolio.ts";
import type { RiskCheck } from "./risk_check.ts";

/** RISK_NIGHT_LOSS: how far equity, at mid, lies under what the night began with. */
export function nightLoss({ night_loss: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);
  let most: Amount | null = null;
  return {
    code: "RISK_NIGHT_LOSS",
    action,
    state({ portfolio }) {
      const start = portfolio.equityStart;
      const equity = equityOf(portfolio);
      const loss = (start - equity) as Amount;
      if (loss <= (most ??= fractionOf(start, share))) return [];
      const part = formatUnits(rateOf(loss, start));
      const detail = `equity ${formatAmount(equity)} is ${part} under the start ${
        formatAmount(start)
      }, at most ${limit}`;
      return [{ detail, strategy_id: null, symbol: null }];
    },
  };
}
