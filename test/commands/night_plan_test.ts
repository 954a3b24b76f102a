import { mkdirSync } from "node:fs";
import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/commands/command.ts";
import {
  freePlan,
  type NightPlan,
  PLAN_OPTIONS,
  planNight,
  planResumed,
  refuseOtherTime,
  seedOf,
} from "../../src/commands/night_plan.ts";
import { systemClock } from "../../src/edge/clocks.ts";
import { inputOf } from "../support/command_input.ts";
import { configWith } from "../support/repo_config.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const NOW_TS = Date.UTC(2026, 10, 21, 22, 0, 0, 250);

function plan(...words: readonly string[]): NightPlan {
  return planNight(inputOf(PLAN_OPTIONS, words), NOW_TS);
}

function seed(...words: readonly string[]): number {
  return seedOf(inputOf(PLAN_OPTIONS, words), () => 42);
}

function refused(work: () => unknown, says: RegExp): void {
  assert.throws(
    work,
    (error: Error) => error instanceof UsageError && says.test(error.message),
    String(says),
  );
}

test("planNight() takes start and name from the options, else from the clock", () => {
  const table: readonly (readonly [words: readonly string[], startedTs: number, runId: string])[] = [
    [[], NOW_TS, "20261121_220000"],
    [["--start", "2026-11-21T23:30:05Z"], Date.UTC(2026, 10, 21, 23, 30, 5), "20261121_233005"],
    [["--start", "2026-11-22T00:30:00+02:00"], Date.UTC(2026, 10, 21, 22, 30), "20261121_223000"],
    [["--start", "1970-01-01T00:00:00Z"], 0, "19700101_000000"],
    [["--run-id", "20300101_000000"], NOW_TS, "20300101_000000"],
    [["--run-id", "20300101_000000", "--start", "2026-11-21T22:00Z"], NOW_TS - 250, "20300101_000000"],
  ];
  for (const [words, startedTs, runId] of table) {
    const planned = plan(...words);
    assert.is(planned.startedTs, startedTs, words.join(" "));
    assert.is(planned.runId, runId, words.join(" "));
  }
});

test("planNight() refuses a start that is no time", () => {
  for (
    const text of ["", "now", "22:00", "2026-02-30T00:00:00Z", "2026-11-21T22:00:00", "1969-12-31T23:59:59Z"]
  ) {
    refused(() => plan("--start", text), /^--start: Not a time: /);
  }
});

test("planNight() refuses a name that is no run_id", () => {
  for (
    const text of [
      "",
      "tonight",
      "20261121-220000",
      "20261321_220000",
      "20261121_240000",
      "../20261121_220000",
    ]
  ) {
    refused(() => plan("--run-id", text), /^Expected --run-id such as 20261121_220000, got "/);
  }
});

test("planNight() passes time as --speed says", () => {
  const start = ["--start", "2026-11-21T22:00:00Z"];
  const table: readonly (readonly [
    words: readonly string[],
    speed: number,
    isSystemTime: boolean,
    isVirtual: boolean,
  ])[] = [
    [[], 1, true, false],
    [["--speed", "1"], 1, true, false],
    [start, 1, false, false],
    [["--speed", "20"], 20, false, false],
    [[...start, "--speed", "20"], 20, false, false],
    [["--speed", "0.5"], 0.5, false, false],
    [["--speed", "100"], 100, false, false],
    [["--speed", "max"], 1, false, true],
    [[...start, "--speed", "max"], 1, false, true],
  ];
  for (const [words, speed, isSystemTime, isVirtual] of table) {
    const { pace, startedTs, isDurable } = plan(...words);
    assert.is(pace.speed, speed, words.join(" "));
    assert.is(pace.clock === systemClock, isSystemTime, words.join(" "));
    assert.is(pace.setTs !== undefined, isVirtual, words.join(" "));
    assert.is(isDurable, !isVirtual, words.join(" "));
    if (!isSystemTime) assert.ok(pace.clock.now() >= startedTs, words.join(" "));
  }
});

test("planNight() gives virtual time that stands still until it is set", () => {
  const { pace, startedTs } = plan("--speed", "max", "--start", "2026-11-21T22:00:00Z");
  assert.is(pace.clock.now(), startedTs);
  pace.setTs!(startedTs + 5000);
  assert.is(pace.clock.now(), startedTs + 5000);
});

test("planNight() refuses a speed that is none", () => {
  for (const text of ["", "0", "-0", "-1", "abc", "MAX", "1001", "NaN", "Infinity", "20x"]) {
    refused(() => plan(`--speed=${text}`), /^Expected --speed above 0 and up to 100, or max, got "/);
  }
});

test("seedOf() takes the seed that is given, else a random one", () => {
  const table: readonly (readonly [words: readonly string[], seed: number])[] = [
    [[], 42],
    [["--seed", "0"], 0],
    [["--seed", "007"], 7],
    [["--seed", "4294967295"], 4294967295],
  ];
  for (const [words, wanted] of table) assert.is(seed(...words), wanted, words.join(" "));
});

test("seedOf() gives every seed that 32 bits hold as it was written", () => {
  fc.assert(fc.property(fc.nat(2 ** 32 - 1), (n) => seed("--seed", String(n)) === n));
});

test("seedOf() refuses what is no such number", () => {
  for (const text of ["", "-1", "4294967296", "1.5", "1e3", "0x10", "seven", " 7", "9".repeat(400)]) {
    refused(() => seed(`--seed=${text}`), /^Expected --seed from 0 to 4294967295, got "/);
  }
});

/** What freePlan gives where these runs are there already, and how long it waited for that. */
async function freeAmong(
  taken: readonly string[],
  ...words: readonly string[]
): Promise<{ readonly runId: string; readonly waitedMs: readonly number[] }> {
  const waitedMs: number[] = [];
  let nowTs = NOW_TS;
  let runId = "";
  await inTempFolder(async (folder) => {
    for (const name of taken) mkdirSync(`${folder}/runs/${name}`, { recursive: true });
    const plan = await freePlan(inputOf(PLAN_OPTIONS, words), folder, {
      now: () => nowTs,
      wait(ms) {
        waitedMs.push(ms);
        nowTs += ms;
        return Promise.resolve();
      },
    });
    runId = plan.runId;
  });
  return { runId, waitedMs };
}

test("freePlan() waits for the next second while the name of this one is taken", async () => {
  const table: readonly (readonly [taken: readonly string[], runId: string, waitedMs: readonly number[]])[] =
    [
      [[], "20261121_220000", []],
      [["20261121_220001"], "20261121_220000", []],
      [["20261121_220000"], "20261121_220001", [750]],
      [["20261121_220000", "20261121_220001"], "20261121_220002", [750, 1000]],
    ];
  for (const [taken, runId, waitedMs] of table) {
    assert.equal(await freeAmong(taken), { runId, waitedMs });
  }
});

test("freePlan() refuses a taken name that the user has fixed", async () => {
  for (const words of [["--run-id", "20261121_220000"], ["--start", "2026-11-21T22:00:00Z"]]) {
    assert.is((await freeAmong(["20261121_220001"], ...words)).runId, "20261121_220000");
    const error = await freeAmong(["20261121_220000"], ...words).catch((error: unknown) => error);
    assert.instance(error, UsageError);
    assert.is((error as Error).message, "Run 20261121_220000 is there already, choose another --run-id");
  }
});

/** The plan of a run that was started with these words, an hour after its start. */
function resumedPlan(cmdline: readonly string[], ...words: readonly string[]): NightPlan {
  const run = { runId: "20261121_220000", startedTs: NOW_TS, cmdline: ["node", "main.ts", ...cmdline] };
  return planResumed(inputOf(PLAN_OPTIONS, words), run, NOW_TS + 3_600_000);
}

test("planResumed() goes on with the machine's time where that was the run's", () => {
  for (const cmdline of [[], ["--speed", "1"], ["--speed=1.0", "--duration", "7h"]]) {
    const { runId, startedTs, pace, isDurable } = resumedPlan(cmdline);
    assert.is(pace.clock, systemClock, cmdline.join(" "));
    assert.equal([runId, startedTs, pace.speed, isDurable], ["20261121_220000", NOW_TS, 1, true]);
  }
});

test("planResumed() goes on from the last event where time is the run's own, as fast as before or as it is told", () => {
  const start = ["--start", "2026-11-21T22:00:00Z"];
  const table: readonly (readonly [cmdline: readonly string[], words: readonly string[], speed: number])[] = [
    [start, [], 1],
    [["--speed", "20"], [], 20],
    [["--speed=20"], [], 20],
    [["--speed", "max"], ["--speed", "1"], 1],
    [[], ["--speed", "50"], 50],
    [["--speed", "20", ...start], ["--speed", "2"], 2],
  ];
  for (const [cmdline, words, speed] of table) {
    const { pace, isDurable } = resumedPlan(cmdline, ...words);
    assert.is(pace.clock.now(), NOW_TS + 3_600_000, `${cmdline} and ${words}`);
    assert.equal([pace.speed, isDurable, pace.setTs], [speed, true, undefined]);
  }
});

test("planResumed() of a night in virtual time goes on in it", () => {
  const { pace, isDurable } = resumedPlan(["--speed", "max"]);
  assert.is(isDurable, false);
  pace.setTs!(NOW_TS);
  assert.is(pace.clock.now(), NOW_TS + 3_600_000, "never back");
});

test("refuseOtherTime() leaves a live market its own time", () => {
  const live = configWith(["source=binance"]);
  for (const word of ["speed", "start"]) {
    const input = inputOf(PLAN_OPTIONS, [`--${word}`, "1"]);
    refused(() => refuseOtherTime(input, live), new RegExp(`^--${word} is for the embedded market`));
    refuseOtherTime(input, configWith());
  }
  refuseOtherTime(inputOf(PLAN_OPTIONS, []), live);
});

test.run();
