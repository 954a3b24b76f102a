import childProcess from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { openAdviser } from "../src/commands/adviser.ts";
import { readInput } from "../src/commands/command.ts";
import { runCommand } from "../src/commands/command_table.ts";
import { turnedWorker } from "../src/commands/gates/turned_worker.ts";
import { nore, noreNight } from "../src/commands/nore.ts";
import { runFolderOf } from "../src/commands/verify.ts";
import type { Event } from "../src/core/event.ts";
import { QUEUES } from "../src/core/queue_names.ts";
import { realFiles } from "../src/edge/real_files.ts";
import { WORKER_PATH } from "../src/edge/ai_boundary.ts";
import { readLog } from "../src/sinks/log_reader.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";
import { hostileLines } from "../test/support/hostile_lines.ts";

/** Ten thousand hostile messages from the isolated process itself, in virtual nights beside one that has no AI. */
export interface FloodRow {
  readonly name: string;
  readonly cells: readonly (readonly [name: string, value: string])[];
  readonly problems: readonly string[];
  readonly output: string;
}

const MESSAGES = 10_000;
const LIVES = 10;
const LINES = [...hostileLines(MESSAGES)];
const LONG_LINE = `say("x".repeat(10_000_000) + "\\n");`;
/** What the core decides: the same with and without an AI. */
const OF_THE_CORE = ["signal", "risk_action", "order_intent", "order_cancel", "order_result", "fill"];
const NIGHT = [
  ...["--seed", "7", "--start", "2026-11-21T22:00:00Z", "--duration", "3m", "--speed", "max"],
  ...["--set", "ai.boundary=required", "--set", `ai.restarts.limit=${LIVES - 1}`],
  ...["--set", "ai.restarts.first_ms=10", "--set", "ai.restarts.most_ms=10"],
];

interface Flood {
  readonly code: number;
  readonly verified: number;
  readonly events: readonly Event[];
  readonly deadletters: number;
  readonly output: string;
}

/** `deedOf`: what it does at its second answer, by how often a process was started before it; null: there is none. */
async function night(
  words: readonly string[],
  deedOf: ((start: number) => string) | null,
): Promise<Flood> {
  const folder = mkdtempSync(`${tmpdir()}/nore-flood-`);
  const { spawn } = childProcess;
  try {
    const programPath = `${folder}/worker.mjs`;
    const program = readFileSync(WORKER_PATH, "utf8");
    let starts = 0;
    const write = () => {
      const deed = deedOf?.(starts++) ?? "";
      writeFileSync(programPath, turnedWorker(program, `if (answers === 2) { ${deed} }`));
    };
    write();
    childProcess.spawn = ((...command: Parameters<typeof spawn>) => {
      write(); // each life says something else
      return spawn(...command);
    }) as typeof spawn;
    syncBuiltinESMExports();
    const terminal = fakeTerminal();
    const input = readInput(nore, ["--mode", "nore", "--var", folder, ...NIGHT, ...words]);
    const code = await noreNight(
      input,
      terminal,
      (config, setting) => openAdviser(config, { ...setting, programPath }),
    );
    const verified = await runCommand(["verify", "latest", "--var", folder, "--require-complete"], terminal);
    const run = runFolderOf("latest", folder);
    const log = readLog(realFiles, run, { runId: run.slice(-15), queues: QUEUES });
    const { deadletter } = JSON.parse(readFileSync(`${run}/report.json`, "utf8")) as { deadletter: number };
    const output = [...terminal.said, ...terminal.printed].join("\n");
    return { code, verified, events: [...log].map(({ event }) => event), deadletters: deadletter, output };
  } finally {
    childProcess.spawn = spawn;
    syncBuiltinESMExports();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All in one write, each in a line of its own. */
function sayAll(lines: readonly Uint8Array[]): string {
  const text = Buffer.concat(lines.map((line) => Buffer.concat([line, Buffer.from("\n")]))).toString(
    "base64",
  );
  return `say(Uint8Array.from(atob(${JSON.stringify(text)}), (letter) => letter.charCodeAt(0)));`;
}

const PER_LIFE = MESSAGES / LIVES;
function sayPart(start: number): string {
  const part = start % LIVES;
  const lines = sayAll(LINES.slice(part * PER_LIFE, (part + 1) * PER_LIFE));
  return part === 0 ? LONG_LINE + lines : lines;
}

/** What of the AI is in the log, apart from how it does and what was denied to it. */
function reached({ events }: Flood): number {
  return events.filter(({ type, source }) =>
    source === "ai_role" && type !== "health" && type !== "policy_denial"
  ).length;
}

/** Ids apart, which count all events of the log. */
function decided({ events }: Flood): string {
  const list = events.filter(({ type }) => OF_THE_CORE.includes(type));
  return JSON.stringify(
    list.map(({ type, ts, payload }) => [type, ts, payload]),
    (name, value) => /(?:^|_)(?:id|cause)$/.test(name) ? undefined : value,
  );
}

function rowOf(name: string, flood: Flood, wanted: Readonly<Record<string, unknown>>): FloodRow {
  const { code, verified, events, deadletters, output } = flood;
  const count = (is: (event: Event) => boolean) => events.filter(is).length;
  const found: Readonly<Record<string, unknown>> = {
    exit: code,
    verify: verified,
    "lives ended": count(({ type, payload }) =>
      type === "health" && payload.role === "ai_role" && payload.origin === "input" &&
      payload.state === "DOWN"
    ),
    stop_journal: count(({ type }) => type === "stop_journal"),
    deadletters,
    policy_denials: count(({ type }) => type === "policy_denial"),
    "reached a queue": reached(flood),
    "trades of the core": count(({ type }) => type === "order_intent" || type === "fill"),
  };
  const problems = Object.entries(wanted)
    .filter(([what, value]) => found[what] !== value)
    .map(([what, value]) => `${what}: ${found[what]}, expected ${value}`);
  return { name, cells: Object.entries(found).map(([what, value]) => [what, `${value}`]), problems, output };
}

export async function flooded(): Promise<readonly FloodRow[]> {
  const without = await night(["--set", "ai.enabled=false"], null);
  const quarantined = await night(["--set", "ai.on_violation=quarantine"], sayPart);
  const stopped = await night([], () => sayAll(LINES));
  const quarantine = rowOf(`quarantine: ${LIVES} lives, ${PER_LIFE} each`, quarantined, {
    ...{ exit: 0, verify: 0, "lives ended": LIVES, deadletters: LIVES },
    ...{ stop_journal: 0, "reached a queue": 0 },
  });
  const isSame = decided(without) === decided(quarantined);
  const trades = without.events.filter(({ type }) => type === "fill").length;
  const touched = isSame && trades > 0
    ? []
    : [`the core decided otherwise than without an AI (${trades} fills)`];
  return [
    { ...quarantine, problems: [...quarantine.problems, ...touched] },
    rowOf("stop: all at once", stopped, {
      ...{ exit: 3, verify: 0, "lives ended": 0, deadletters: 1 },
      ...{ stop_journal: 1, "reached a queue": 0 },
    }),
  ];
}
