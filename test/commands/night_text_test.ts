import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  bannerOf,
  resumedLine,
  type StatusInput,
  statusLine,
  summaryOf,
} from "../../src/commands/night_text.ts";
import type { RunIdentity } from "../../src/core/run_identity.ts";
import type { RunPosition } from "../../src/sinks/run_position.ts";
import { configWith } from "../support/repo_config.ts";
import { tallied } from "../support/tallied.ts";

const START_TS = Date.UTC(2026, 10, 21, 22);

const IDENTITY: RunIdentity = {
  runId: "20261121_220000",
  startedTs: START_TS,
  seed: 7,
  source: "embedded",
  venue: "embedded",
  prices: "invented",
  commandLine: { hash: "0".repeat(64), form: "words", words: [] },
  codeVersion: {},
  runtime: {},
};

function banner(flags: readonly string[], isDurable = true): readonly string[] {
  return bannerOf(IDENTITY, { config: configWith(flags), runFolder: "var/runs/20261121_220000", isDurable });
}

test("bannerOf() says what runs, on which prices, for how long and where it is kept", () => {
  assert.equal(banner([]), [
    "NORE 20261121_220000 · paper night · prices: invented (embedded, seed 7)",
    "  trades   BTCUSDT ETHUSDT with reversion (rsi_reversion, 10000), trend (momentum, 10000)",
    "  lasts    7h 00m 00s",
    "  journal  var/runs/20261121_220000 (synced every 50 ms or 500 lines, orders at once)",
  ]);
});

test("bannerOf() says when a night has no end of its own and when its journal is synced once", () => {
  assert.is(banner(["duration_ms=0"])[2], "  lasts    until stopped");
  assert.is(
    banner([], false)[3],
    "  journal  var/runs/20261121_220000 (virtual time: synced once, at the end)",
  );
});

const TALLY = tallied([]);

function line(
  elapsedMs: number,
  facts: Partial<StatusInput> = {},
  lastDenial: string | null = null,
): string {
  return statusLine({
    tally: { ...TALLY, lastTs: START_TS + elapsedMs, lastDenial },
    startedTs: START_TS,
    durationMs: 60_000,
    ticksPerS: 19.6,
    hasBar: false,
    ...facts,
  });
}

const FIGURES = "20 ticks/s · 0 signals · 0 fills · equity 1500.00";

test("statusLine() shows how far the night is, with a bar where there is room for one", () => {
  const bar = (filled: number) => `[${"█".repeat(filled)}${"·".repeat(20 - filled)}] `;
  const table: readonly (readonly [text: string, elapsedMs: number, facts: Partial<StatusInput>])[] = [
    ["5s of 1m 00s", 5000, {}],
    ["0s of 1m 00s", -5000, {}], // before the first event the tally's time is none
    ["5s", 5000, { durationMs: 0 }],
    ["5s", 5000, { durationMs: 0, hasBar: true }],
    [bar(0) + "0s of 1m 00s", 0, { hasBar: true }],
    [bar(0) + "2s of 1m 00s", 2999, { hasBar: true }],
    [bar(1) + "3s of 1m 00s", 3000, { hasBar: true }],
    [bar(10) + "30s of 1m 00s", 30_000, { hasBar: true }],
    [bar(20) + "1m 00s of 1m 00s", 60_000, { hasBar: true }],
    [bar(20) + "1m 05s of 1m 00s", 65_000, { hasBar: true }],
  ];
  for (const [text, elapsedMs, facts] of table) assert.is(line(elapsedMs, facts), `${text} · ${FIGURES}`);
});

test("statusLine() shows the line to the venue and its latency where there is one", () => {
  const counts = {
    connected: true,
    silent_ms: 65_000,
    connects: 1,
    reconnects: 0,
    frames: 9,
    duplicates: 0,
    conflated: 0,
    bad_frames: 0,
    stalled_ms: 0,
  };
  const table: readonly (readonly [connected: boolean, sortedMs: readonly number[], text: string])[] = [
    [true, [], "feed up"],
    [true, [1, 2, 34.6], "feed up · p95 35 ms"],
    [false, [3], "feed LOST for 1m 05s · p95 3 ms"],
  ];
  for (const [connected, sortedMs, text] of table) {
    const tally = {
      ...TALLY,
      lastTs: START_TS + 5000,
      feed: { ...TALLY.feed, counts: { ...counts, connected } },
      latencies: { sortedMs: [...sortedMs], count: sortedMs.length },
    };
    assert.is(line(5000, { tally }), `5s of 1m 00s · ${FIGURES} · ${text}`);
  }
});

test("statusLine() ends with the last denial if there was one", () => {
  assert.is(
    line(5000, {}, "RISK_TRADE_RATE"),
    `5s of 1m 00s · ${FIGURES} · last denial RISK_TRADE_RATE`,
  );
});

test("statusLine() counts signals and fills", () => {
  const counts = { ...TALLY.counts, signal: 3, fill: 2 };
  assert.match(line(0, { tally: { ...TALLY, counts } }), / · 3 signals · 2 fills · /);
});

const REPORT = {
  verdict: "PASS",
  prices: "invented",
  counts: { market_tick: 1200, signal: 4, order_intent: 3, fill: 2 },
  virtual_pnl: {
    equity_start: "20000",
    equity_end: "20012.345678",
    total: "12.345678",
    realised: "15",
    unrealised: "-0.654322",
    fees: "2",
  },
  max_drawdown: { quote: "3.21", fraction: 0.00016049 },
  trades: 1,
  win_rate: 1,
  last_n: 99,
  ai: null,
  started_ts: START_TS,
  ended_ts: START_TS + 60_000,
};

function summary(
  report: Readonly<Record<string, unknown>> = {},
  code: string | null = null,
): readonly string[] {
  return summaryOf({ ...REPORT, ...report }, {
    runFolder: "var/runs/r",
    invocation: "nore",
    hasColor: false,
    code,
  });
}

test("summaryOf() says how the night ended, what it did and how to verify it", () => {
  assert.equal(summary(), [
    "PASS · prices: invented",
    "  ran      1m 00s: 1200 ticks, 4 signals, 3 orders, 2 fills, 1 round trips, 100 % won",
    "  equity   20000.00 → 20012.35 (+12.35): realised 15.00, unrealised -0.65, fees 2.00",
    "  drawdown 3.21 at most (0.016 %)",
    "  journal  var/runs/r: 100 events",
    "  verify   nore verify var/runs/r",
  ]);
});

test("summaryOf() says whether advice was better than the base rate, where some was scored", () => {
  const scores = { scored: 707, brier: 0.25211, brier_base: 0.251386, beats_base: false };
  const none = { scored: 0, brier: null, brier_base: null, beats_base: null };
  const linesOf = (ai: object) => summary({ ai }).filter((text) => text.startsWith("  advice "));
  assert.equal(linesOf(scores), [
    "  advice   no better than the base rate (Brier score 0.2521 against 0.2514, 707 scored)",
  ]);
  assert.equal(linesOf({ ...scores, brier: 0.25, beats_base: true }), [
    "  advice   better than the base rate (Brier score 0.2500 against 0.2514, 707 scored)",
  ]);
  assert.equal(linesOf(none), []);
});

test("summaryOf() says what advice would have changed as a filter, or why nobody knows", () => {
  const effect = { vetoed: 3, shrunk: 2, filtered: { total: "15.5" } };
  const lineOf = (ai_filter: object) => summary({ ai_filter })[4];
  assert.is(
    lineOf({ effect, note: "an experiment" }),
    "  advice   as a filter: 3 entries vetoed, 2 shrunk, +15.50 in all (an experiment)",
  );
  assert.match(
    lineOf({ effect: { ...effect, filtered: { total: "-1" } }, note: "" })!,
    / shrunk, -1\.00 in all/,
  );
  assert.is(
    lineOf({ effect: null, note: "not computed in time" }),
    "  advice   as a filter: not computed in time",
  );
});

test("summaryOf() says what differs from night to night", () => {
  const lost = { ...REPORT.virtual_pnl, equity_end: "19990", total: "-10" };
  const even = { ...REPORT.virtual_pnl, equity_end: "20000", total: "0" };
  const table: readonly (readonly [lines: readonly string[], at: number, says: RegExp])[] = [
    [summary({ verdict: "STOPPED" }, "OPERATOR"), 0, /^STOPPED \(OPERATOR\) · prices: invented$/],
    [summary({ prices: "live" }), 0, /prices: live$/],
    [summary({ win_rate: null, trades: 0 }), 1, /, 0 round trips$/],
    [summary({ win_rate: 0, trades: 2 }), 1, /, 2 round trips, 0 % won$/],
    [summary({ win_rate: 2 / 3, trades: 3 }), 1, /, 67 % won$/],
    [summary({ virtual_pnl: lost }), 2, / → 19990\.00 \(-10\.00\)/],
    [summary({ virtual_pnl: even }), 2, / → 20000\.00 \(\+0\.00\)/],
    [summary({ last_n: 0 }), 4, /: 1 events$/],
  ];
  for (const [lines, at, says] of table) assert.match(lines[at]!, says);
});

test("summaryOf() paints the verdict where there is colour", () => {
  const options = { runFolder: "var/runs/r", invocation: "nore", hasColor: true, code: "OPERATOR" };
  const heads = ["PASS", "STOPPED", "FAILED", "UNHEARD_OF"].map((verdict) =>
    summaryOf({ ...REPORT, verdict }, options)[0]!
  );
  // deno-lint-ignore no-control-regex -- colours are control characters
  const painted = heads.map((head) => /^\x1b\[(\d+)m(\w+)\x1b\[\d+m \(OPERATOR\) · /.exec(head)?.slice(1));
  assert.equal(painted, [["32", "PASS"], ["33", "STOPPED"], ["31", "FAILED"], ["31", "UNHEARD_OF"]]);
});

test("resumedLine() says from where a run goes on, and with what", () => {
  const tally = tallied([]);
  const position = { nextN: 108, ts: START_TS } as RunPosition;
  assert.is(
    resumedLine({ position, tally }, START_TS + 62_500),
    "  resumes  at event 108 · the last was at 2026-11-21T22:00:00.000Z, 1m 02s ago · " +
      "0 orders open · equity 1500.00",
  );
});

test.run();
