import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Health } from "../../src/core/event.ts";
import { type Acceptance, type AcceptedReport, acceptNight } from "../../src/night/acceptance.ts";
import { configWith } from "../support/repo_config.ts";
import { sampleEvents } from "../support/sample_events.ts";

const HOUR_MS = 3_600_000;
const REPORT: AcceptedReport = {
  verdict: "PASS",
  detail: null,
  started_ts: 1000,
  ended_ts: 1000 + HOUR_MS,
  counts: {},
  deadletter: 0,
  uptime_s: {
    market_role: 3600,
    strategy_role: 3600,
    risk_role: 3600,
    execution_role: 3600,
    ai_role: null,
    watchdog_role: 3600,
  },
  binance_latency_ms: { p95: 2000, count: 360 },
  feed: { gaps: 2, healed: 2, errors: 20, stalled_s: 1, reconnects: 3, connected: true },
  virtual_pnl: {
    realised: "-6.5",
    unrealised: "1",
    fees: "4.5",
    total: "-10",
    equity_start: "20000",
    equity_end: "19990",
  },
  stop: { count: 0, reasons: {} },
};
const CONFIG = configWith([`duration_ms=${HOUR_MS}`]);
const DRILL = configWith([`duration_ms=${HOUR_MS}`, 'market.embedded.faults=[{"kind":"bad_frame"}]']);

function health(ts: number, payload: Partial<Health>): Event<"health"> {
  return { ...sampleEvents.health, ts, payload: { ...sampleEvents.health.payload, state: "UP", ...payload } };
}

function memory(mbOf: (hour: number) => number, hours = 7): readonly Event<"health">[] {
  return Array.from(
    { length: hours * 60 },
    (_, minute) => health(minute * 60_000, { role: "watchdog_role", rss_mb: mbOf(minute / 60) }),
  );
}

const failing = (change: Partial<Acceptance>) =>
  acceptNight({ config: CONFIG, report: REPORT, health: [], ...change })
    .filter(({ passed }) => !passed).map(({ name, what }) => `${name}: ${what}`);

test("acceptNight() accepts a night at its limits", () => {
  assert.equal(failing({}), []);
});

test("acceptNight() wants no adviser that never began, and misses one that was given up", () => {
  const off = (origin: "input" | "derived") =>
    health(1, { role: "ai_role", state: "DOWN", off: true, origin });
  assert.equal(failing({ health: [off("input")] }), []);
  assert.equal(failing({ health: [off("derived")] }), [
    "roles: ai_role down, expected all alive or restored",
  ]);
});

const { feed, stop, virtual_pnl: pnl } = REPORT;
const CASES: readonly (readonly [string, Partial<Acceptance>, string])[] = [
  ["a night that was too short", { report: { ...REPORT, ended_ts: HOUR_MS + 999 } }, "length: ran "],
  [
    "a role that never was",
    { report: { ...REPORT, uptime_s: { ...REPORT.uptime_s, risk_role: 0 } } },
    "roles: risk_role down, expected all alive or restored",
  ],
  [
    "a role that went down and stayed so",
    { health: [health(1, { role: "market_role", state: "DOWN" }), health(2, { role: "risk_role" })] },
    "roles: market_role down, expected all alive or restored",
  ],
  [
    "slow answers",
    { report: { ...REPORT, binance_latency_ms: { p95: 2000.1, count: 9 } } },
    "latency: p95 of 9 probes is 2000.1 ms, at most 2000",
  ],
  ["a gap left", { report: { ...REPORT, feed: { ...feed!, healed: 1 } } }, "feed: 1 of 2 gaps healed"],
  [
    "a line that was down at the end",
    { report: { ...REPORT, feed: { ...feed!, connected: false } } },
    "feed: 2 of 2 gaps healed, 3 reconnects, stalled for 1 s, 20 errors of the venue, not connected at the end",
  ],
  [
    "a deadletter",
    { report: { ...REPORT, deadletter: 1 } },
    "contracts: 0 events of ours against their schema, 1",
  ],
  [
    "figures that do not add up",
    { report: { ...REPORT, virtual_pnl: { ...pnl, fees: "4.4" } } },
    "figures: equity: 20000 and -10 are not 19990",
  ],
  [
    "an end that is another",
    { report: { ...REPORT, virtual_pnl: { ...pnl, equity_end: "19990.00000001" } } },
    "figures: equity: 20000 and -10 are not 19990.00000001",
  ],
  [
    "a stop",
    { report: { ...REPORT, verdict: "STOPPED", stop: { count: 1, reasons: { FEED_GAP: 1 } } } },
    "stops: FEED_GAP, expected none",
  ],
  [
    "a stop in a drill that no fault can explain",
    { config: DRILL, report: { ...REPORT, verdict: "STOPPED", stop: { count: 1, reasons: { SINK_IO: 1 } } } },
    "stops: SINK_IO, expected none",
  ],
  [
    "a broken invariant",
    { report: { ...REPORT, verdict: "FAILED", detail: "it broke" } },
    "stops: FAILED: it broke",
  ],
  [
    "memory that grows",
    { health: memory((hour) => 100 + 51 * hour) },
    "memory: 51 MB an hour after ten minutes (at most 50), 456 MB at most",
  ],
];

for (const [what, change, expected] of CASES) {
  test(`acceptNight() refuses ${what}, and nothing else of it`, () => {
    const found = failing(change);
    assert.is(found.length, 1, found.join("\n"));
    assert.ok(found[0]!.startsWith(expected), found[0]);
  });
}

test("acceptNight() takes what a drill injects for what it is", () => {
  const stopped = {
    ...REPORT,
    verdict: "STOPPED",
    stop: { ...stop, reasons: { VENUE_ERRORS: 1 } },
    deadletter: 9,
  };
  assert.equal(failing({ config: DRILL, report: stopped }), []);
});

test("acceptNight() takes a role that came back for alive", () => {
  const role = "market_role";
  assert.equal(
    failing({ health: [health(1, { role, state: "DOWN" }), health(2, { role, state: "RESTARTED" })] }),
    [],
  );
});

test("acceptNight() judges memory behind its first ten minutes, and only where the night is long enough", () => {
  assert.equal(failing({ health: memory((hour) => hour < 1 / 6 ? hour * 5000 : 200 + 50 * hour) }), []);
  assert.equal(failing({ health: memory((hour) => hour * 5000, 0.5) }), []);
});

test("acceptNight() asks for no length and no probes where there are none", () => {
  const config = configWith(["duration_ms=0"]);
  const report = { ...REPORT, ended_ts: 1001, binance_latency_ms: { p95: null, count: 0 }, feed: null };
  assert.equal(failing({ config, report }), []);
});

test.run();
