import type { RiskConfig } from "../../core/config.ts";
import { drawdown } from "./drawdown.ts";
import { exposure } from "./exposure.ts";
import { nightLoss } from "./night_loss.ts";
import { orderSize } from "./order_size.ts";
import type { MakeRiskCheck, RiskCheck } from "./risk_check.ts";
import { tradeRate } from "./trade_rate.ts";

/** All checks, in the order in which an order meets them. A new check is a file and a line here. */
export const RISK_TABLE: readonly MakeRiskCheck[] = [
  drawdown,
  nightLoss,
  orderSize, // before exposure, which judges what is left of the order
  exposure,
  tradeRate,
];

export function riskChecks(config: RiskConfig, table: readonly MakeRiskCheck[]): readonly RiskCheck[] {
  return table.map((make) => make(config));
}
