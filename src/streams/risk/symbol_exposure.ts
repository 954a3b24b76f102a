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

/** RISK_SYMBOL_EXPOSURE: what all strategies hold of a symbol, at mark, and may still buy, as part of equity. */
export function symbolExposure({ symbol_exposure: { limit, action } }: RiskConfig): RiskCheck {
  const share = parseRate(limit);

  function breachOf(symbol: string, exposed: Amount, equity: Amount): Breach {
    const part = formatUnits(rateOf(exposed, equity));
    return {
      detail: `exposure ${formatAmount(exposed)} in ${symbol} is ${part} of equity ${
        formatAmount(equity)
      }, at most ${limit}`,
      strategy_id: null,
      symbol,
    };
  }

  return {
    code: "RISK_SYMBOL_EXPOSURE",
    action,
    order(view, { side, symbol, notional, price, rules }) {
      if (side === "SELL") return null;
      const equity = equityOf(view.portfolio);
      const before = exposedIn(view, symbol);
      const exposed = (before + notional) as Amount;
      const most = fractionOf(equity, share);
      if (exposed <= most) return null;
      const room = (most - before) as Amount;
      return {
        ...breachOf(symbol, exposed, equity),
        quantityMax: affordable(room, price, rules.quantityStep),
      };
    },
    state(view) {
      const equity = equityOf(view.portfolio);
      const most = fractionOf(equity, share);
      const breaches: Breach[] = [];
      for (const symbol of view.markets.keys()) {
        const exposed = exposedIn(view, symbol);
        if (exposed > most) breaches.push(breachOf(symbol, exposed, equity));
      }
      return breaches;
    },
  };
}

function exposedIn({ portfolio, orders }: RiskView, symbol: string): Amount {
  let exposed = 0n;
  for (const symbols of portfolio.holdings.values()) {
    for (const { mark, quantity } of symbols.get(symbol) ?? []) exposed += notionalOf(mark, quantity);
  }
  for (const order of orders.values()) {
    if (order.symbol === symbol && order.side === "BUY") {
      exposed += notionalOf(order.price, remainingOf(order));
    }
  }
  return exposed as Amount;
}
