/**
 * Provokes every reason for a stop in nights that trade, each in a process and a folder of its own, and says for each
 * what the night did: `scripts/stop_table.ts [CODE]`.
 */
import process from "node:process";
import type { Event } from "../src/core/event.ts";
import { AI } from "./ai_provocations.ts";
import { FILES, PROCESS } from "./machine_provocations.ts";
import { LIMITS, VENUE } from "./market_provocations.ts";
import { type Expected, type Provocation, strategies } from "./provocation.ts";
import { type NightEnd, provokedNight } from "./provoked_night.ts";
import { standInVenue } from "./stand_in_venue.ts";

/** Reasons that nothing in this program can give yet. */
const NOT_YET: ReadonlyMap<string, string> = new Map([
  [
    "POLICY_STALE",
    "the log names a policy only when it is loaded; test/night/policy_reloads_test.ts breaks that",
  ],
]);

/** As many as CI has cores. */
const AT_ONCE = 2;

const SETS = [
  "duration_ms=40000",
  strategies(["trend", "other"]),
  "market.embedded.ticks_per_s=20",
  "risk.trade_rate.limit=100000",
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=1000",
  "risk.low_profit.trades=1000",
  "binance.probe_every_ms=500",
  "binance.connect_timeout_ms=1000",
  "binance.stall_ms=1000",
  "watchdog.heartbeat_every_ms=500",
  "watchdog.sample_every_ms=500",
  "logging.metrics_every_ms=500",
];

const USUAL: Expected = { exit: 3, verify: 0, isLatched: true, trades: true, action: "STOP" };

interface Row {
  readonly cells: readonly (string | number)[];
  readonly problems: readonly string[];
  readonly output: string;
}

const wanted = process.argv[2];
const provocations = [...LIMITS, ...VENUE, ...FILES, ...PROCESS, ...AI].filter(({ code }) =>
  wanted === undefined || code === wanted
);
const HEAD = [
  "reason_code",
  "provoked by",
  "exit",
  "in the log as",
  "orders and fills before",
  "after",
  "last order − cause",
  "verify",
];

async function provoke(provocation: Provocation): Promise<Row> {
  const { code, cause, sets = [], words = [], environment = {}, breaks = null, hasStandIn, deed } =
    provocation;
  const expected = { ...USUAL, ...provocation.expected };
  const venue = await standInVenue();
  try {
    const source = hasStandIn ? ["--source", "binance"] : [];
    const venueSets = hasStandIn ? venue.sets : [];
    const all = [...SETS, ...venueSets, ...sets].flatMap((setting) => ["--set", setting]);
    const end = await provokedNight({
      words: ["--seed", "7", ...source, ...words, ...all],
      environment,
      breaks,
      deed: deed === undefined ? null : (night) => deed(night, venue),
      recovers: expected.exit === null,
    });
    return judge(code, cause, expected, end);
  } finally {
    await venue.close();
  }
}

function judge(code: string, cause: string, expected: Expected, end: NightEnd): Row {
  const { events, exitCode, verifyCode } = end;
  const stop = events.findIndex(({ type }) => type === "stop_journal");
  const stopping = events.findIndex(isStopping);
  const said = [events[stop], events[stopping]].flatMap((event) => {
    return event !== undefined && "reason_code" in event.payload ? [event.payload.reason_code] : [];
  });
  const acted = events.some(({ type, payload }) =>
    type === "risk_action" && payload.action === expected.action && payload.reason_code === code
  );
  const trades = events.flatMap((event, i) => isTrade(event) ? [i] : []);
  const after = trades.filter((i) => stopping >= 0 && i > stopping).length;
  const last = events[trades.at(-1) ?? -1];
  const causeTs = end.causeTs ?? firstSign(events, code)?.ts ?? null;
  const problems: string[] = [];
  const want = (name: string, got: unknown, right: unknown) => {
    if (got !== right) problems.push(`${name}: ${got}, expected ${right}`);
  };
  const isStop = expected.action === "STOP";
  want("exit", exitCode, expected.exit);
  want("verify", verifyCode, expected.verify);
  want("orders and fills after the stop", after, 0);
  if (isStop) want("the copy of STOP.flag", end.copyCode, code);
  if (isStop) want("stop_journal", said[0], code);
  if (!isStop) want(`a risk_action ${expected.action}`, acted, true);
  want("STOP.flag", end.latchCode, expected.isLatched ? code : null);
  if (expected.trades) want("the night traded", trades.length > 0, true);
  return {
    cells: [
      code,
      cause,
      exitCode ?? "killed",
      isStop ? said.length === 0 ? "-" : "stop_journal" : `risk_action ${expected.action}`,
      trades.length - after,
      after,
      last === undefined || causeTs === null || !isStop ? "-" : `${last.ts - causeTs} ms`,
      verifyCode,
    ],
    problems,
    output: end.output,
  };
}

function isStopping({ type, payload }: Event): boolean {
  return type === "stop_journal" || type === "risk_action" && payload.action === "STOP";
}

function isTrade({ type, payload }: Event): boolean {
  return type === "order_intent" || type === "fill" ||
    type === "order_result" && payload.result === "ACCEPTED";
}

/** Where the settings alone provoke: the first that the log says of it. */
function firstSign(events: readonly Event[], code: string): Event | undefined {
  return events.find(({ payload }) => "reason_code" in payload && payload.reason_code === code);
}

const rows: Row[] = new Array(provocations.length);
let next = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let i = next++; i < provocations.length; i = next++) {
    const row = await provoke(provocations[i]!);
    rows[i] = row;
    const verdict = row.problems.length === 0 ? "ok  " : "FAIL";
    process.stdout.write(`${verdict} ${row.cells[0]}: ${row.cells[1]}\n`);
    for (const problem of row.problems) process.stdout.write(`       ${problem}\n`);
    if (row.problems.length > 0) {
      process.stdout.write(`${row.output.trimEnd().split("\n").slice(-30).join("\n")}\n`);
    }
  }
}));

const table = [HEAD, ...rows.map(({ cells }) => cells.map(String))];
const widths = HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
for (const cells of table) {
  process.stdout.write(`${cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()}\n`);
}
if (wanted === undefined) {
  for (const [code, why] of NOT_YET) process.stdout.write(`${code}: cannot be provoked yet, ${why}\n`);
}
const failures = rows.filter(({ problems }) => problems.length > 0).length;
process.stdout.write(`${rows.length - failures} passed, ${failures} failed\n`);
process.exit(failures === 0 ? 0 : 1);
