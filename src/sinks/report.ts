import type { Role } from "../core/event.ts";
import { type Amount, formatAmount, formatUnits } from "../core/fixed_point.ts";
import { openOrdersOf } from "../core/open_orders.ts";
import type { PolicyTally } from "../core/ports.ts";
import { cashOf, positionsOf, totalsOf } from "../core/portfolio.ts";
import { adviceFigures } from "./advice_tally.ts";
import { feedFigures } from "./feed_tally.ts";
import { latencyRank } from "./latencies.ts";
import type { Tally } from "./tally.ts";

/** The figures of a night as report.json, metrics.json and portfolio.json hold them. A figure without data is null. */
export interface ReportFacts {
  readonly run_id: string;
  readonly mode: string;
  readonly prices: string;
  /** null while the night runs. */
  readonly verdict: "PASS" | "STOPPED" | "FAILED" | null;
  readonly detail: string | null;
  readonly started_ts: number;
  readonly ended_ts: number | null;
  /** Since the start of the run. */
  readonly uptime_s: Readonly<Record<Role, number | null>>;
  readonly deadletter: number;
  readonly refused_after_stop: number;
  /** null where no policy was asked. */
  readonly policy: PolicyTally | null;
  readonly last_n: number;
  readonly head: string;
}

export function reportOf(tally: Tally, facts: ReportFacts): Readonly<Record<string, unknown>> {
  const { counts, ...figures } = reportFigures(tally);
  return {
    schema: "nore/report",
    v: 1,
    run_id: facts.run_id,
    mode: facts.mode,
    verdict: facts.verdict,
    detail: facts.detail,
    prices: facts.prices,
    started_ts: facts.started_ts,
    ended_ts: facts.ended_ts,
    counts,
    deadletter: facts.deadletter,
    refused_after_stop: facts.refused_after_stop,
    policy: policyFigures(facts.policy),
    uptime_s: uptimeOf(tally, facts),
    ...figures,
    last_n: facts.last_n,
    head: facts.head,
  };
}

function policyFigures(policy: PolicyTally | null) {
  if (policy === null) return null;
  const { decisions, evaluations } = policy;
  return { decisions, evaluations, hit_rate: decisions === 0 ? null : 1 - evaluations / decisions };
}

/** The market role may have been restarted; its uptime counts from then on. */
function uptimeOf({ marketRestartTs, lastTs }: Tally, { uptime_s }: ReportFacts): ReportFacts["uptime_s"] {
  return marketRestartTs === null
    ? uptime_s
    : { ...uptime_s, market_role: (lastTs - marketRestartTs) / 1000 };
}

/** What the events alone give: a verifier folds them again and must find the same. */
export function reportFigures(tally: Tally): Readonly<Record<string, unknown>> {
  const totals = totalsOf(tally.portfolio);
  const riskActions = tally.counts.risk_action;
  return {
    counts: tally.counts,
    binance_latency_ms: {
      p50: latencyRank(tally.latencies, 50),
      p95: latencyRank(tally.latencies, 95),
      count: tally.latencies.count,
    },
    feed: feedFigures(tally.feed, tally.counts.market_tick),
    virtual_pnl: {
      realised: formatAmount(totals.realised),
      unrealised: formatAmount(totals.unrealised),
      fees: formatAmount(totals.fees),
      total: formatAmount((totals.equity - tally.equityStart) as Amount),
      equity_start: formatAmount(tally.equityStart),
      equity_end: formatAmount(totals.equity),
    },
    max_drawdown: { quote: formatAmount(tally.drawdownMax), fraction: tally.drawdownFractionMax },
    trades: tally.trades,
    win_rate: tally.trades === 0 ? null : tally.wins / tally.trades,
    rr: rewardToRisk(tally),
    stop: {
      count: Object.values(tally.stops).reduce((sum, count) => sum + count, 0),
      share: riskActions === 0 ? null : tally.riskStops / riskActions,
      reasons: tally.stops,
    },
    ai: adviceFigures(tally.advice),
  };
}

/** Cash, positions and open orders as of event n. */
export function portfolioOf(
  tally: Tally,
  facts: { readonly run_id: string; readonly n: number; readonly strategies: readonly string[] },
): Readonly<Record<string, unknown>> {
  const totals = totalsOf(tally.portfolio);
  return {
    schema: "nore/portfolio",
    v: 1,
    run_id: facts.run_id,
    n: facts.n,
    ts: tally.lastTs,
    cash: formatAmount(totals.cash),
    cash_by_strategy: Object.fromEntries(
      facts.strategies.map((id) => [id, formatAmount(cashOf(tally.portfolio, id))]),
    ),
    equity: formatAmount(totals.equity),
    positions: positionsOf(tally.portfolio).map((position) => ({
      venue: position.venue,
      strategy_id: position.strategy_id,
      symbol: position.symbol,
      qty: formatUnits(position.qty),
      basis: formatAmount(position.basis),
      mark: formatUnits(position.mark),
      realised: formatAmount(position.realised),
      fees: formatAmount(position.fees),
    })),
    open_orders: openOrdersOf(tally.orders),
  };
}

function rewardToRisk(tally: Tally): number | null {
  if (tally.wins === 0 || tally.losses === 0) return null;
  return (Number(tally.won) / tally.wins) / (Number(tally.lost) / tally.losses);
}
