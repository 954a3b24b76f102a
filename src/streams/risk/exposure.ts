import type { RiskConfig } from "../../core/config.ts";
import {
  affordable,
  type Amount,
  formatAmount,
  formatUnits,
  fractionOf,
  notionalOf,
  parseRate,
  rateOf,
} from "../../core/fixed_point.ts";
import { remainingOf } from "../../core/open_orders.ts";
import { equityOf } from "../../core/portfolio.ts";
import type { Breach, RiskCheck, RiskView } from "./risk_check.ts";

/** RISK_EXPOSURE: positions at mark and all that open purchases may still add, as part of equity. */
export function exposure({ exposure: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);

  function breachOf(exposed: Amount, equity: Amount): Breach {
    const part = formatUnits(rateOf(exposed, equity));
    return {
      detail: `exposure ${formatAmount(exposed)} is ${part} of equity ${
        formatAmount(equity)
      }, at most ${limit}`,
      strategy_id: null,
      symbol: null,
    };
  }

  return {
    code: "RISK_EXPOSURE",
    action,
    order(view, { side, notional, price, rules }) {
      if (side === "SELL") return null;
      const equity = equityOf(view.portfolio);
      const before = exposedBy(view);
      const exposed = (before + notional) as Amount;
      const most = fractionOf(equity, share);
      if (exposed <= most) return null;
      const room = (most - before) as Amount;
      return { ...breachOf(exposed, equity), quantityMax: affordable(room, price, rules.quantityStep) };
    },
    state(view) {
      const exposed = exposedBy(view);
      const equity = equityOf(view.portfolio);
      return exposed > fractionOf(equity, share) ? [breachOf(exposed, equity)] : [];
    },
  };
}

function exposedBy(view: RiskView): Amount {
  let exposed: bigint = view.portfolio.value;
  for (const order of view.orders.values()) {
    if (order.side === "BUY") exposed += notionalOf(order.price, remainingOf(order));
  }
  return exposed as Amount;
}
