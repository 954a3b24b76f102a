import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../core/config.ts";
import { isRunId, parseIso, runIdOf } from "../core/time_text.ts";
import { pacedClock, systemClock, virtualClock } from "../edge/clocks.ts";
import type { Pace } from "../streams/sources/drive.ts";
import { type CommandInput, type OptionSpec, UsageError } from "./command.ts";

/** When a night starts, how its time passes, what it is called. */
export const PLAN_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  seed: { value: "N", help: "seed of the made-up market (default: a new one each night)" },
  start: {
    value: "ISO",
    help: "start time of the night's clock, such as 2026-11-21T22:00:00Z (default: now)",
  },
  "run-id": { value: "ID", help: "name of the run, YYYYMMDD_HHMMSS (default: its start in UTC)" },
  speed: {
    value: "N|max",
    help: "N times as fast as real time; max = virtual time, as fast as it can (default: 1)",
  },
};

export interface NightPlan {
  readonly runId: string;
  readonly startedTs: number;
  readonly pace: Pace;
  /** Virtual time is synced once, at the end. */
  readonly isDurable: boolean;
}

/** Beyond it the limits of a feed would be shorter than what a machine stops for by itself. */
const SPEED_MAX = 100;
const SEED_MAX = 2 ** 32 - 1;

export function seedOf(input: CommandInput, random: () => number): number {
  const text = input.option("seed");
  if (text === undefined) return random();
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > SEED_MAX) {
    throw new UsageError(`Expected --seed from 0 to ${SEED_MAX}, got ${JSON.stringify(text)}`);
  }
  return seed;
}

/** Reads the plan's options alone: what is wrong with them is said before anything is made. */
export function planNight(input: CommandInput, nowTs: number): NightPlan {
  const startText = input.option("start");
  const startedTs = startText === undefined ? nowTs : startOf(startText);
  const runId = input.option("run-id") ?? runIdOf(startedTs);
  if (!isRunId(runId)) {
    throw new UsageError(`Expected --run-id such as 20261121_220000, got ${JSON.stringify(runId)}`);
  }
  const isOwnTime = startText !== undefined;
  return { runId, startedTs, ...paceOf(input.option("speed"), { fromTs: startedTs, isOwnTime }) };
}

/**
 * Of a run that goes on. Time goes as fast as when it was started, unless it is told otherwise. Where it is not the
 * machine's it goes on from the last event: nobody can say how much of it has passed.
 */
export function planResumed(
  input: CommandInput,
  run: { readonly runId: string; readonly startedTs: number; readonly cmdline: readonly string[] },
  lastTs: number,
): NightPlan {
  const { runId, startedTs, cmdline } = run;
  const speedThen = valueIn(cmdline, "speed");
  const isOwnTime = valueIn(cmdline, "start") !== undefined || Number(speedThen ?? "1") !== 1;
  return { runId, startedTs, ...paceOf(input.option("speed") ?? speedThen, { fromTs: lastTs, isOwnTime }) };
}

/** Of an option in the words that a process was started with. */
function valueIn(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at === -1) return undefined;
  const [, value = words[at + 1]] = words[at]!.split("=", 2);
  return value;
}

/** A live market has no other time than its own. */
export function refuseOtherTime(input: CommandInput, { source }: Config): void {
  const word = ["speed", "start"].find((name) => input.option(name) !== undefined);
  if (source === "binance" && word !== undefined) {
    throw new UsageError(`--${word} is for the embedded market, ${source} runs in real time`);
  }
}

/** A run_id that is taken waits for the next second, unless the user has fixed it. */
export async function freePlan(
  input: CommandInput,
  varFolder: string,
  time: { readonly now: () => number; readonly wait: (ms: number) => Promise<unknown> } = {
    now: () => Date.now(),
    wait,
  },
): Promise<NightPlan> {
  for (;;) {
    const plan = planNight(input, time.now());
    if (!existsSync(`${varFolder}/runs/${plan.runId}`)) return plan;
    if (input.option("run-id") !== undefined || input.option("start") !== undefined) {
      throw new UsageError(`Run ${plan.runId} is there already, choose another --run-id`);
    }
    await time.wait(1000 - time.now() % 1000);
  }
}

function startOf(text: string): number {
  try {
    return parseIso(text);
  } catch (error) {
    throw new UsageError(`--start: ${(error as Error).message}`);
  }
}

function paceOf(
  text: string = "1",
  { fromTs, isOwnTime }: { readonly fromTs: number; readonly isOwnTime: boolean },
): { readonly pace: Pace; readonly isDurable: boolean } {
  if (text === "max") {
    const clock = virtualClock(fromTs);
    return { pace: { clock, setTs: (ts) => clock.set(ts), speed: 1 }, isDurable: false };
  }
  const speed = Number(text);
  if (!(speed > 0 && speed <= SPEED_MAX)) {
    throw new UsageError(
      `Expected --speed above 0 and up to ${SPEED_MAX}, or max, got ${JSON.stringify(text)}`,
    );
  }
  const isSystemTime = speed === 1 && !isOwnTime;
  return {
    pace: { clock: isSystemTime ? systemClock : pacedClock(fromTs, speed), speed },
    isDurable: true,
  };
}
