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

/** RISK_DRAWDOWN: how far equity, at mid, has fallen from its highest so far. */
export function drawdown({ drawdown: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);
  let peak = ZERO_AMOUNT;
  let most = ZERO_AMOUNT;

  function raisePeak(equity: Amount): void {
    peak = equity;
    most = fractionOf(equity, share);
  }

  return {
    code: "RISK_DRAWDOWN",
    action,
    state({ portfolio }) {
      const equity = equityOf(portfolio);
      if (peak === 0n) raisePeak(portfolio.equityStart);
      if (equity > peak) raisePeak(equity);
      const fall = (peak - equity) as Amount;
      if (fall <= most) return [];
      const part = formatUnits(rateOf(fall, peak));
      const detail = `equity ${formatAmount(equity)} is ${part} under its peak ${
        formatAmount(peak)
      }, at most ${limit}`;
      return [{ detail, strategy_id: null, symbol: null }];
    },
  };
}
