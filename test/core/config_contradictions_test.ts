import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/core/config.ts";
import { configContradictions } from "../../src/core/config_contradictions.ts";
import { configWith } from "../support/repo_config.ts";

/** Over the checked defaults, because a file with a contradiction does not load. */
function contradictions(changes: {
  readonly risk?: Partial<Config["risk"]>;
  readonly latency_ms?: number;
  readonly logging?: Partial<Config["logging"]>;
  readonly ids?: readonly string[];
  readonly capitals?: readonly string[];
}): readonly string[] {
  const config = configWith();
  const list = config.strategy.list.map((entry, i) => ({
    ...entry,
    id: changes.ids?.[i] ?? entry.id,
    capital: changes.capitals?.[i] ?? entry.capital,
  }));
  return configContradictions({
    ...config,
    strategy: { list },
    risk: { ...config.risk, ...changes.risk },
    execution: { ...config.execution, latency_ms: changes.latency_ms ?? config.execution.latency_ms },
    logging: { ...config.logging, ...changes.logging },
  });
}

test("configContradictions() finds none in the defaults", () => {
  assert.equal(contradictions({}), []);
});

test("configContradictions() names two strategies of one id", () => {
  assert.equal(contradictions({ ids: ["a", "a"] }), [
    'strategy.list.0.id and strategy.list.1.id: both "a", expected ids that differ',
  ]);
});

test("configContradictions() names times that are out of order", () => {
  assert.equal(contradictions({ risk: { order_ttl_ms: 51 } }), []);
  assert.equal(contradictions({ risk: { order_ttl_ms: 50 } }), [
    "risk.order_ttl_ms: 50, expected more than execution.latency_ms, which is 50: " +
    "an order would be cancelled before it can fill",
  ]);
  assert.equal(contradictions({ logging: { snapshot_every_ms: 5000 } }), []);
  assert.equal(contradictions({ logging: { snapshot_every_ms: 4999 } }), [
    "logging.snapshot_every_ms: 4999, expected at least logging.metrics_every_ms, which is 5000: " +
    "a snapshot is one of the refreshed metrics",
  ]);
});

test("configContradictions() names an order size that every entry passes", () => {
  const size = (limit: string, action: "DENY" | "REDUCE") =>
    contradictions({ risk: { order_size: { limit, action } } });
  assert.equal(size("1000", "DENY"), []);
  assert.equal(size("5", "REDUCE"), []);
  assert.equal(
    contradictions({ risk: { order_size: { limit: "999.99", action: "DENY" } }, capitals: ["10000", "50"] }),
    [
      'risk.order_size.limit: 999.99, action DENY, but an entry of "reversion" takes 1000 ' +
      "(risk.order_fraction 0.1 of strategy.list.0.capital 10000)",
    ],
  );
});

test("configContradictions() names an exposure that one entry passes", () => {
  const exposure = (limit: string, action: "STOP" | "REDUCE") => ({ exposure: { limit, action } });
  assert.equal(contradictions({ risk: exposure("0.05", "STOP") }), []);
  assert.equal(contradictions({ risk: exposure("0.01", "REDUCE") }), []);
  assert.equal(contradictions({ risk: exposure("0.04", "STOP") }), [
    'risk.exposure.limit: 0.04 of 20000, action STOP, but an entry of "reversion" takes 1000 ' +
    "(risk.order_fraction 0.1 of strategy.list.0.capital 10000)",
    'risk.exposure.limit: 0.04 of 20000, action STOP, but an entry of "trend" takes 1000 ' +
    "(risk.order_fraction 0.1 of strategy.list.1.capital 10000)",
  ]);
  // What an entry is reduced to by another limit is what counts.
  const reduced = { ...exposure("0.04", "STOP"), order_size: { limit: "800", action: "REDUCE" as const } };
  assert.equal(contradictions({ risk: reduced }), []);
});

test.run();
