import type { Config } from "./config.ts";
import { type Amount, formatAmount, fractionOf, parseAmount, parseRate } from "./fixed_point.ts";

/** Settings that are valid each for itself but cannot hold together. Every line names the paths and the values. */
export function configContradictions(config: Config): readonly string[] {
  return [...doubleIds(config), ...timesOutOfOrder(config), ...entriesBeyondLimits(config)];
}

function doubleIds({ strategy: { list } }: Config): readonly string[] {
  return list.flatMap(({ id }, i) => {
    const first = list.findIndex((other) => other.id === id);
    return first === i
      ? []
      : [`strategy.list.${first}.id and strategy.list.${i}.id: both "${id}", expected ids that differ`];
  });
}

function timesOutOfOrder({ risk, execution, logging }: Config): readonly string[] {
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
  return problems;
}

/** A limit that every entry of a strategy passes lets it do nothing, or stops the night at its first order. */
function entriesBeyondLimits({ strategy: { list }, risk }: Config): readonly string[] {
  const fraction = parseRate(risk.order_fraction);
  const sizeMost = parseAmount(risk.order_size.limit);
  const equity = list.reduce((sum, { capital }) => sum + parseAmount(capital), 0n) as Amount;
  const exposureMost = fractionOf(equity, parseRate(risk.exposure.limit));
  return list.flatMap(({ id, capital }, i) => {
    const entry = fractionOf(parseAmount(capital), fraction);
    const entryText = `an entry of "${id}" takes ${formatAmount(entry)} ` +
      `(risk.order_fraction ${risk.order_fraction} of strategy.list.${i}.capital ${capital})`;
    const isReduced = risk.order_size.action === "REDUCE" && entry > sizeMost;
    if (entry > sizeMost && !isReduced) {
      return [
        `risk.order_size.limit: ${risk.order_size.limit}, action ${risk.order_size.action}, but ${entryText}`,
      ];
    }
    if ((isReduced ? sizeMost : entry) > exposureMost && risk.exposure.action !== "REDUCE") {
      return [
        `risk.exposure.limit: ${risk.exposure.limit} of ${
          formatAmount(equity)
        }, action ${risk.exposure.action}, ` +
        `but ${entryText}`,
      ];
    }
    return [];
  });
}
