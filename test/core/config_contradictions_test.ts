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
  readonly market?: Partial<Config["market"]>;
  readonly binance?: Partial<Config["binance"]>;
  readonly watchdog?: Partial<Config["watchdog"]>;
  readonly ai?: Partial<Config["ai"]>;
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
    market: { ...config.market, ...changes.market },
    binance: { ...config.binance, ...changes.binance },
    watchdog: { ...config.watchdog, ...changes.watchdog },
    ai: { ...config.ai, ...changes.ai },
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

test("configContradictions() names a filter that vetoes what it leaves whole", () => {
  assert.equal(contradictions({ ai: { filter: { veto_below: 0.49, full_from: 0.5 } } }), []);
  assert.equal(contradictions({ ai: { filter: { veto_below: 0.5, full_from: 0.5 } } }), [
    "ai.filter.veto_below: 0.5, expected less than ai.filter.full_from, which is 0.5: " +
    "an entry that keeps its whole size could be vetoed as well",
  ]);
});

test("configContradictions() names snapshots that nobody could ever judge", () => {
  const { snapshots } = configWith().ai;
  assert.equal(contradictions({ ai: { horizon_ms: 599_999 } }), []);
  assert.equal(contradictions({ ai: { horizon_ms: 600_000 } }), [
    "ai.horizon_ms: 600000, expected less than ai.snapshots.every_ms, which is 600000: " +
    "no snapshot would be judged before the next one takes its place",
  ]);
  assert.equal(contradictions({ ai: { snapshots: { ...snapshots, rows_min: 4000 } } }), [
    "ai.snapshots.rows_min: 4000, expected less than ai.snapshots.rows_max, which is 4000: " +
    "no snapshot could ever be judged by so many rows",
  ]);
});

test("configContradictions() names a first wait that is longer than the longest", () => {
  assert.equal(contradictions({ binance: { backoff: { first_ms: 700, most_ms: 700 } } }), []);
  assert.equal(contradictions({ binance: { backoff: { first_ms: 701, most_ms: 700 } } }), [
    "binance.backoff.first_ms: 701, expected at most binance.backoff.most_ms, which is 700: " +
    "the first wait would be longer than the longest",
  ]);
});

type Changes = Parameters<typeof contradictions>[0];

/** The last value that fits, made by `change`, and what is said of the next one. */
const BOUNDS:
  readonly (readonly [path: string, fits: number, change: (value: number) => Changes, says: string])[] = [
    [
      "market.stale.freeze_ms",
      1999,
      (freeze_ms) => ({
        market: { stale: { freeze_ms, stop_ms: 2000 } },
        watchdog: { heartbeat_every_ms: 1000 },
      }),
      "market.stale.stop_ms, which is 2000: a silent symbol would stop the night before it is frozen",
    ],
    [
      "binance.stall_ms",
      119_999,
      (stall_ms) => ({ binance: { stall_ms } }),
      "binance.lost_after_ms, which is 120000: a stalled connection would stop the night before it is replaced",
    ],
    [
      "binance.connect_timeout_ms",
      19_999,
      (connect_timeout_ms) => ({ binance: { connect_timeout_ms, lost_after_ms: 20_000 } }),
      "binance.lost_after_ms, which is 20000: one attempt to connect would outlast the time in which to come back",
    ],
    [
      "binance.probe_every_ms",
      44_999,
      (probe_every_ms) => ({ binance: { probe_every_ms } }),
      "watchdog.role_late_ms, which is 45000: the market role would be down between two probes",
    ],
    [
      "binance.probe_every_ms",
      29_999,
      (probe_every_ms) => ({ binance: { probe_every_ms, lost_after_ms: 30_000 } }),
      "binance.lost_after_ms, which is 30000: a quiet market would be taken for a lost venue between two probes",
    ],
    [
      "watchdog.heartbeat_every_ms",
      19_999,
      (heartbeat_every_ms) => ({
        market: { stale: { freeze_ms: 1000, stop_ms: 20_000 } },
        watchdog: { heartbeat_every_ms },
      }),
      "market.stale.stop_ms, which is 20000: a silent symbol would stop the night before it is frozen, and too late",
    ],
    [
      "watchdog.heartbeat_every_ms",
      44_999,
      (heartbeat_every_ms) => ({ watchdog: { heartbeat_every_ms } }),
      "watchdog.role_late_ms, which is 45000: a market role that is dead would be seen too late",
    ],
    [
      "binance.request_timeout_ms",
      44_999,
      (request_timeout_ms) => ({ binance: { request_timeout_ms } }),
      "watchdog.role_late_ms, which is 45000: the market role would be down while it waits for an answer",
    ],
    [
      "binance.probe_every_ms",
      11_999,
      (probe_every_ms) => ({ binance: { probe_every_ms, clock: { offset_ms_max: 1, stop_ms: 12_000 } } }),
      "binance.clock.stop_ms, which is 12000: a clock that is right again would be seen too late",
    ],
    [
      "watchdog.loop_lag_ms_max",
      14_999,
      (loop_lag_ms_max) => ({ watchdog: { loop_lag_ms_max } }),
      "watchdog.loop_stalled_ms, which is 15000: the process would be ended before the delay is seen",
    ],
    [
      "market.book",
      9999,
      (book) => ({ market: { book } }),
      "risk.stale_price.limit_ms, which is 10000: every entry could be priced by a quote that is too old",
    ],
  ];

for (const [path, fits, change, says] of BOUNDS) {
  test(`configContradictions() names a ${path} that is not under ${says.slice(0, says.indexOf(","))}`, () => {
    assert.equal(contradictions(change(fits)), []);
    assert.equal(contradictions(change(fits + 1)), [`${path}: ${fits + 1}, expected less than ${says}`]);
  });
}

test("configContradictions() has nothing against quotes that are not thinned by time", () => {
  for (const book of ["every", "changed"] as const) assert.equal(contradictions({ market: { book } }), []);
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

test("configContradictions() names an exposure in a symbol that one entry passes, unless it is reduced", () => {
  const limits = (limit: string, action: "DENY" | "REDUCE") => ({ symbol_exposure: { limit, action } });
  assert.equal(contradictions({ risk: limits("0.05", "DENY") }), []);
  assert.equal(contradictions({ risk: limits("1", "DENY") }), []); // above risk.exposure.limit, which then decides
  assert.equal(contradictions({ risk: limits("0.04", "REDUCE") }), []);
  assert.equal(contradictions({ risk: limits("0.04", "DENY"), capitals: ["20000", "1000"] }), [
    'risk.symbol_exposure.limit: 0.04 of 21000, action DENY, but an entry of "reversion" takes 2000 ' +
    "(risk.order_fraction 0.1 of strategy.list.0.capital 20000)",
  ]);
  const reduced = { ...limits("0.04", "REDUCE"), exposure: { limit: "0.04", action: "STOP" as const } };
  assert.equal(contradictions({ risk: reduced }), []);
});

test.run();
