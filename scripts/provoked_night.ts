import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { runCommand } from "../src/commands/command_table.ts";
import type { Event } from "../src/core/event.ts";
import { eventIds } from "../src/core/event_id.ts";
import { noticeIn } from "../src/sinks/stop_flag.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";

/** A night in a process of its own, in a `var` of its own, to which something is done while it trades. */
export interface ProvokedNight {
  readonly varFolder: string;
  readonly runFolder: string;
  readonly pid: number;
  /** To the process. */
  signal(name: NodeJS.Signals): void;
}

export interface NightEnd {
  readonly exitCode: number | null;
  /** In the order of the log. */
  readonly events: readonly Event[];
  readonly causeTs: number | null;
  /** As the run and `var` show them. */
  readonly copyCode: string | null;
  readonly latchCode: string | null;
  readonly verifyCode: number;
  readonly output: string;
}

export interface NightOptions {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What `broken_main.ts` is to break; null for the program as it is. */
  readonly breaks: string | null;
  /** Done once the night trades; null where the settings alone provoke. */
  readonly deed: ((night: ProvokedNight) => void | Promise<void>) | null;
  /** A process that was killed is ended by `recover`. */
  readonly recovers: boolean;
}

/** A night that has not ended by then is killed. */
const NIGHT_MS_MAX = 60_000;
const LOOK_EVERY_MS = 20;
const FILLS_BEFORE_DEED = 3;

export async function provokedNight(options: NightOptions): Promise<NightEnd> {
  const varFolder = mkdtempSync(`${tmpdir()}/nore-stop-`);
  const child = start(options, varFolder);
  const killer = setTimeout(() => child.kill("SIGKILL"), NIGHT_MS_MAX);
  try {
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (part) => output += part);
    const ended = once(child, "close");
    const causeTs = await doDeed(options, child, varFolder);
    const [exitCode] = await ended as [number | null];
    if (options.recovers) output += (await run(["recover", "latest", "--var", varFolder])).text;
    const verified = await run(["verify", "latest", "--var", varFolder, "--require-complete"]);
    const runFolder = runFolderIn(varFolder);
    return {
      exitCode,
      causeTs,
      output: output + verified.text,
      events: runFolder === null ? [] : eventsOf(runFolder),
      copyCode: codeIn(`${runFolder}/STOP.flag`),
      latchCode: codeIn(`${varFolder}/STOP.flag`),
      verifyCode: verified.code,
    };
  } finally {
    clearTimeout(killer);
    child.kill("SIGKILL");
    rmSync(varFolder, { recursive: true, force: true });
  }
}

function start({ words, environment, breaks }: NightOptions, varFolder: string): ChildProcess {
  const program = breaks === null ? ["src/main.ts"] : ["scripts/broken_main.ts", breaks];
  const args = ["--import", "tsx", ...program, "--mode", "nore", "--var", varFolder, ...words];
  return spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Gives the time at which it was done, or null where nothing was to do or the night had ended before. */
async function doDeed(
  { deed }: NightOptions,
  child: ChildProcess,
  varFolder: string,
): Promise<number | null> {
  if (deed === null) return null;
  while (child.exitCode === null && child.signalCode === null) {
    const runFolder = runFolderIn(varFolder);
    if (runFolder !== null && linesOf(`${runFolder}/queues/fills`).length >= FILLS_BEFORE_DEED) {
      const causeTs = Date.now();
      await deed({
        varFolder,
        runFolder,
        pid: child.pid!,
        signal: (name) => child.kill(name),
      });
      return causeTs;
    }
    await wait(LOOK_EVERY_MS);
  }
  return null;
}

async function run(words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const terminal = fakeTerminal();
  const code = await runCommand(words, terminal);
  return { code, text: [...terminal.printed, ...terminal.said].join("\n") };
}

function runFolderIn(varFolder: string): string | null {
  const folder = `${varFolder}/runs`;
  const [runId] = existsSync(folder) ? readdirSync(folder) : [];
  return runId === undefined ? null : `${folder}/${runId}`;
}

function codeIn(path: string): string | null {
  if (!existsSync(path)) return null;
  return noticeIn(readFileSync(path, "utf8"))?.reason_code ?? "(its own words)";
}

function eventsOf(runFolder: string): readonly Event[] {
  const queues = readdirSync(`${runFolder}/queues`).map((name) => `${runFolder}/queues/${name}`);
  const lines = queues.flatMap(linesOf);
  const events = lines.flatMap((line) => {
    try {
      return [JSON.parse(line.slice(72)) as Event];
    } catch {
      return []; // a line that was damaged on purpose
    }
  });
  const { numberOf } = eventIds(basename(runFolder));
  return events.sort((a, b) => numberOf(a.id) - numberOf(b.id));
}

function linesOf(queueFolder: string): readonly string[] {
  if (!existsSync(queueFolder)) return [];
  const segments = readdirSync(queueFolder).filter((name) => /^inbox(\.\d+)?\.jsonl$/.test(name));
  return segments.flatMap((name) => readFileSync(`${queueFolder}/${name}`, "utf8").split("\n"))
    .filter((line) => line !== "");
}
