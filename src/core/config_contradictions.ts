import type { Config } from "./config.ts";
import { type Amount, formatAmount, fractionOf, parseAmount, parseRate } from "./fixed_point.ts";

/** Settings that are valid each for itself but cannot hold together. Every line names the paths and the values. */
export function configContradictions(config: Config): readonly string[] {
  return [...doubleIds(config), ...settingsOutOfOrder(config), ...entriesBeyondLimits(config)];
}

function doubleIds({ strategy: { list } }: Config): readonly string[] {
  return list.flatMap(({ id }, i) => {
    const first = list.findIndex((other) => other.id === id);
    return first === i
      ? []
      : [`strategy.list.${first}.id and strategy.list.${i}.id: both "${id}", expected ids that differ`];
  });
}

/** Two settings, the first of which must stay under the second, and what would come of it if it did not. */
type Order = readonly [path: string, value: number, under: string, bound: number, why: string];

function settingsOutOfOrder(config: Config): readonly string[] {
  const { risk, execution, logging } = config;
  const problems: string[] = [];
  if (risk.order_ttl_ms <= execution.latency_ms) {
    problems.push(
      `risk.order_ttl_ms: ${risk.order_ttl_ms}, expected more than execution.latency_ms, ` +
        `which is ${execution.latency_ms}: an order would be cancelled before it can fill`,
    );
  }
  if (logging.snapshot_every_ms < logging.metrics_every_ms) {
    problems.push(
      `logging.snapshot_every_ms: ${logging.snapshot_every_ms}, expected at least logging.metrics_every_ms, ` +
        `which is ${logging.metrics_every_ms}: a snapshot is one of the refreshed metrics`,
    );
  }
  const { first_ms, most_ms } = config.binance.backoff;
  if (first_ms > most_ms) {
    problems.push(
      `binance.backoff.first_ms: ${first_ms}, expected at most binance.backoff.most_ms, ` +
        `which is ${most_ms}: the first wait would be longer than the longest`,
    );
  }
  for (const [path, value, under, bound, why] of ordersOf(config)) {
    if (value >= bound) {
      problems.push(`${path}: ${value}, expected less than ${under}, which is ${bound}: ${why}`);
    }
  }
  return problems;
}

function ordersOf({ market, binance, risk, watchdog, ai }: Config): readonly Order[] {
  const { stale, book } = market;
  const { stall_ms, connect_timeout_ms, request_timeout_ms, probe_every_ms, clock } = binance;
  const lost = ["binance.lost_after_ms", binance.lost_after_ms] as const;
  const late = ["watchdog.role_late_ms", watchdog.role_late_ms] as const;
  const silent = ["market.stale.stop_ms", stale.stop_ms] as const;
  const beat = ["watchdog.heartbeat_every_ms", watchdog.heartbeat_every_ms] as const;
  const all: Order[] = [
    [
      "market.stale.freeze_ms",
      stale.freeze_ms,
      ...silent,
      "a silent symbol would stop the night before it is frozen",
    ],
    [
      "binance.stall_ms",
      stall_ms,
      ...lost,
      "a stalled connection would stop the night before it is replaced",
    ],
    [
      "binance.connect_timeout_ms",
      connect_timeout_ms,
      ...lost,
      "one attempt to connect would outlast the time in which to come back",
    ],
    [
      "binance.probe_every_ms",
      probe_every_ms,
      ...late,
      "the market role would be down between two probes",
    ],
    [
      "binance.probe_every_ms",
      probe_every_ms,
      ...lost,
      "a quiet market would be taken for a lost venue between two probes",
    ],
    [
      "binance.request_timeout_ms",
      request_timeout_ms,
      ...late,
      "the market role would be down while it waits for an answer",
    ],
    [
      "binance.probe_every_ms",
      probe_every_ms,
      "binance.clock.stop_ms",
      clock.stop_ms,
      "a clock that is right again would be seen too late",
    ],
    [...beat, ...silent, "a silent symbol would stop the night before it is frozen, and too late"],
    [...beat, ...late, "a market role that is dead would be seen too late"],
    [
      "watchdog.loop_lag_ms_max",
      watchdog.loop_lag_ms_max,
      "watchdog.loop_stalled_ms",
      watchdog.loop_stalled_ms,
      "the process would be ended before the delay is seen",
    ],
    [
      "ai.filter.veto_below",
      ai.filter.veto_below,
      "ai.filter.full_from",
      ai.filter.full_from,
      "an entry that keeps its whole size could be vetoed as well",
    ],
    [
      "ai.horizon_ms",
      ai.horizon_ms,
      "ai.snapshots.every_ms",
      ai.snapshots.every_ms,
      "no snapshot would be judged before the next one takes its place",
    ],
    [
      "ai.snapshots.rows_min",
      ai.snapshots.rows_min,
      "ai.snapshots.rows_max",
      ai.snapshots.rows_max,
      "no snapshot could ever be judged by so many rows",
    ],
  ];
  if (typeof book === "number") {
    const why = "every entry could be priced by a quote that is too old";
    all.push(["market.book", book, "risk.stale_price.limit_ms", risk.stale_price.limit_ms, why]);
  }
  return all;
}

/** A limit that every entry of a strategy passes lets it do nothing, or stops the night at its first order. */
function entriesBeyondLimits({ strategy: { list }, risk }: Config): readonly string[] {
  const fraction = parseRate(risk.order_fraction);
  const equity = list.reduce((sum, { capital }) => sum + parseAmount(capital), 0n) as Amount;
  const partOf = (limit: string): Amount => fractionOf(equity, parseRate(limit));
  const limits = [
    { path: "order_size", ...risk.order_size, most: parseAmount(risk.order_size.limit), of: null },
    {
      path: "symbol_exposure",
      ...risk.symbol_exposure,
      most: partOf(risk.symbol_exposure.limit),
      of: equity,
    },
    { path: "exposure", ...risk.exposure, most: partOf(risk.exposure.limit), of: equity },
  ];
  return list.flatMap(({ id, capital }, i) => {
    let entry = fractionOf(parseAmount(capital), fraction);
    const entryText = `an entry of "${id}" takes ${formatAmount(entry)} ` +
      `(risk.order_fraction ${risk.order_fraction} of strategy.list.${i}.capital ${capital})`;
    for (const { path, limit, action, most, of } of limits) {
      if (entry <= most) continue;
      if (action === "REDUCE") {
        entry = most; // what is left of it is what the next limit sees
        continue;
      }
      const text = of === null ? limit : `${limit} of ${formatAmount(of)}`;
      return [`risk.${path}.limit: ${text}, action ${action}, but ${entryText}`];
    }
    return [];
  });
}
