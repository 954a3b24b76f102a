import type { RiskConfig } from "../../core/config.ts";
import { type Amount, formatAmount, fractionOf, parseRate, ZERO_AMOUNT } from "../../core/fixed_point.ts";
import { capitalOf } from "../../core/portfolio.ts";
import type { RiskCheck } from "./risk_check.ts";
import { begin, lasting, scopeKey, type TimedBreaches } from "./timed_breaches.ts";

/** Round trips of one strategy in one symbol that are kept; of more only the last ones are judged. */
const TRIPS_MAX = 10_000;

interface Trips {
  /** Oldest first, none older than the window when it is judged. */
  readonly list: { readonly ts: number; readonly pnl: Amount }[];
  /** Σ pnl of the list. */
  pnl: Amount;
}

/**
 * RISK_LOW_PROFIT: round trips of a strategy in one symbol that, within a window of event time, lost too much
 * together. It is judged when one ends, so what has thawed comes back with the next round trip, never by itself.
 */
export function lowProfit(
  { low_profit: { trades, window_ms, loss_max, freeze_ms, action } }: RiskConfig,
): RiskCheck {
  const share = parseRate(loss_max);
  const tripsOf = new Map<string, Trips>();
  const breaches: TimedBreaches = new Map();
  return {
    code: "RISK_LOW_PROFIT",
    action,
    closed({ ts, portfolio }, trade) {
      const { strategy_id, symbol } = trade;
      const key = scopeKey(trade);
      const trips = tripsOf.get(key) ?? { list: [], pnl: ZERO_AMOUNT };
      tripsOf.set(key, trips);
      add(trips, ts, trade.pnl);
      while (trips.list[0]!.ts + window_ms <= ts) removeOldest(trips);
      const count = trips.list.length;
      const loss = -trips.pnl as Amount;
      const most = fractionOf(capitalOf(portfolio, strategy_id), share);
      if (count < trades || loss <= most) return;
      const detail = `${count} round trips in ${window_ms} ms lost ${formatAmount(loss)} together, ` +
        `at most ${formatAmount(most)}`;
      begin(breaches, { detail, strategy_id, symbol, untilTs: ts + freeze_ms });
    },
    state: ({ ts }) => lasting(breaches, ts),
  };
}

function add(trips: Trips, ts: number, pnl: Amount): void {
  trips.list.push({ ts, pnl });
  trips.pnl = (trips.pnl + pnl) as Amount;
  if (trips.list.length > TRIPS_MAX) removeOldest(trips);
}

function removeOldest(trips: Trips): void {
  const { pnl } = trips.list.shift()!;
  trips.pnl = (trips.pnl - pnl) as Amount;
}
