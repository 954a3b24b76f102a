/**
 * What an AI process can do to the night beside it by failing and by flooding: it loops, fills memory, ends and is
 * stopped in nights that trade, and it writes 10,000 hostile messages. `scripts/ai_faults.ts`; only on Linux, as it
 * finds the process in /proc.
 */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import type { Event } from "../src/core/event.ts";
import { flooded, type FloodRow } from "./ai_flood.ts";
import { strategies } from "./provocation.ts";
import { type NightEnd, provokedNight } from "./provoked_night.ts";
import { dueTsIn } from "./turned_program.ts";

const NOTICED_MS_MAX = 5000;
const AT_ONCE = 2;

interface Fault {
  readonly name: string;
  readonly breaks: string | null;
  readonly deed: Parameters<typeof provokedNight>[0]["deed"];
}

const FAULTS: readonly Fault[] = [
  { name: "an infinite loop", breaks: "ai_loop", deed: null },
  { name: "memory without end", breaks: "ai_memory", deed: null },
  { name: "exit(1)", breaks: "ai_exit", deed: null },
  { name: "SIGSTOP", breaks: null, deed: ({ pid }) => void process.kill(workerOf(pid), "SIGSTOP") },
];

const SETS = [
  "duration_ms=20000",
  strategies(["trend", "other"]),
  "market.embedded.ticks_per_s=20",
  "risk.trade_rate.limit=100000",
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=1000",
  "risk.low_profit.trades=1000",
  "ai.boundary=required",
  "ai.step_ms=500",
];

interface Row {
  readonly cells: readonly string[];
  readonly problems: readonly string[];
  readonly output: string;
}

async function fail({ name, breaks, deed }: Fault): Promise<Row> {
  const fromMs = performance.now();
  const words = ["--seed", "7", ...SETS.flatMap((setting) => ["--set", setting])];
  const end = await provokedNight({ words, environment: {}, breaks, deed, recovers: false });
  return judge(name, end, Math.round(performance.now() - fromMs));
}

/** By the journal alone; the wall clock is told, not judged. */
function judge(name: string, end: NightEnd, tookMs: number): Row {
  const { events, exitCode, verifyCode, output } = end;
  const causeTs = end.causeTs ?? dueTsIn(output) ?? NaN;
  const after = events.filter(({ ts }) => ts >= causeTs);
  const down = after.find((event) => isAiHealth(event, "DOWN"));
  const back = after.find((event) => down !== undefined && event.ts > down.ts && isAiHealth(event, "UP"));
  const restarted = after.some(({ type, payload }) =>
    type === "lifecycle" && payload.what === "role_restarted" && payload.role === "ai_role"
  );
  const trades = (list: readonly Event[]) =>
    list.filter(({ type }) => type === "order_intent" || type === "fill").length;
  const [before, since] = [trades(events) - trades(after), trades(after)];
  const whileDown = trades(after.filter(({ ts }) => back === undefined || ts <= back.ts));
  const noticedMs = down === undefined ? Infinity : down.ts - causeTs;
  const problems = [
    noticedMs < NOTICED_MS_MAX ? null : `noticed after ${noticedMs} ms, expected less than ${NOTICED_MS_MAX}`,
    restarted && back !== undefined ? null : "it was not begun anew",
    before > 0 && whileDown > 0 && since > whileDown ? null : "trading did not go on",
    exitCode === 0 ? null : `exit ${exitCode}, expected 0`,
    verifyCode === 0 ? null : `verify ${verifyCode}, expected 0`,
    end.latchCode === null ? null : `latched by ${end.latchCode}`,
  ].filter((problem) => problem !== null);
  const said = down !== undefined && "detail" in down.payload ? String(down.payload.detail) : "-";
  const cells = [
    name,
    `${noticedMs} ms`,
    said,
    back === undefined ? "-" : `${back.ts - causeTs} ms`,
    `${before}`,
    `${whileDown}`,
    `${since}`,
    `${exitCode}`,
    `${verifyCode}`,
    `${(tookMs / 1000).toFixed(1)} s`,
  ];
  return { cells, problems, output };
}

function isAiHealth({ type, payload }: Event, state: string): boolean {
  return type === "health" && payload.role === "ai_role" && payload.state === state;
}

/** The isolated process: of all that descend from the night the one that runs the program and has started nobody. */
function workerOf(nightPid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // it is gone
    }
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === nightPid || descends(parent));
  };
  const starters = new Set(parents.values());
  const found = [...parents.keys()].filter((pid) =>
    !starters.has(pid) && descends(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("worker.mjs")
  );
  if (found.length !== 1) throw new Error(`${found.length} processes look like the AI, expected 1`);
  return found[0]!;
}

function tell(head: readonly string[], rows: readonly Row["cells"][]): void {
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  for (const cells of table) {
    process.stdout.write(
      `${cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()}\n`,
    );
  }
}

const rows: Row[] = new Array(FAULTS.length);
let next = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let i = next++; i < FAULTS.length; i = next++) rows[i] = await fail(FAULTS[i]!);
}));
tell(
  [
    ...["fault", "noticed after", "as", "up again after", "orders and fills before"],
    ...["while down", "since", "exit", "verify", "took"],
  ],
  rows.map(({ cells }) => cells),
);
process.stdout.write("\n");
const floods: readonly FloodRow[] = await flooded();
tell(
  ["10,000 hostile messages", ...floods[0]!.cells.map(([name]) => name)],
  floods.map(({ name, cells }) => [name, ...cells.map(([, value]) => value)]),
);
let failed = 0;
for (
  const { problems, output, name } of [...rows.map((row) => ({ ...row, name: row.cells[0]! })), ...floods]
) {
  if (problems.length === 0) continue;
  failed++;
  for (const problem of problems) process.stdout.write(`FAIL ${name}: ${problem}\n`);
  process.stdout.write(`${output.trimEnd().split("\n").slice(-20).join("\n")}\n`);
}
process.stdout.write(`${rows.length + floods.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
