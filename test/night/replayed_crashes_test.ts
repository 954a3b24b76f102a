import { NEVER } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  assess,
  type Crash,
  type CrashedNight,
  crashedNight,
  recordCrashes,
  recovered,
} from "../support/crashed_nights.ts";
import { command, eventsOf, onceAt } from "../support/night_events.ts";
import { replayed, replaysWhole } from "../support/replayed.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

/** What a crash leaves replays as far as it goes, and what a recovery makes of it replays whole. */

const nights: readonly (readonly [what: string, night: CrashedNight])[] = [
  ["a night that would have ended in order", await crashedNight()],
  [
    "a night that was stopped",
    await crashedNight({
      operator$: NEVER,
      agenda: onceAt(SIM_START_TS + 1200, (ts) => command("stop", "enough", ts)),
    }),
  ],
];

/** Assessing and recovering take their time, so not every crash is looked at. */
function someOf({ crashes }: CrashedNight): readonly (readonly [index: number, crash: Crash])[] {
  return [...crashes.entries()].filter(([i]) => i % 7 === 0);
}

for (const [what, crashed] of nights) {
  const { night: { runFolder }, gate, turnEnds } = crashed;

  test(`replayRun() of what any crash leaves of ${what} goes up to its last whole turn`, async () => {
    const seen: Record<string, number> = {};
    for (const [i, { before, kind, disk }] of someOf(crashed)) {
      const files = disk();
      const { need, verification } = assess(crashed, files);
      if (need !== "end") continue;
      const { difference, events } = await replayed({ files, runFolder, gate, isComplete: false });
      const what = `crash ${i}, ${kind} before ${before}`;
      assert.equal(difference, null, what);
      assert.is(events, turnEnds.findLast((end) => end <= verification.events)!, what);
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
    for (const kind of ["killed", "torn", "power"]) assert.ok(seen[kind]! > 2, JSON.stringify(seen));
  });

  test(`replayRun() gives all again of what was recovered from any crash of ${what}`, async () => {
    const seen: Record<string, number> = {};
    for (const [i, { before, kind, disk }] of someOf(crashed)) {
      const files = disk();
      const what = `crash ${i}, ${kind} before ${before}`;
      if (await recovered(crashed, files, what) === null) continue;
      const { events } = await replaysWhole({ files, runFolder, gate });
      const log = eventsOf(files, runFolder);
      assert.is(events, log.length, what);
      const said: readonly string[] = log.map(({ type, payload }) =>
        type === "lifecycle" ? payload.what : type
      );
      for (const one of ["torn_tail", "stop_journal"]) {
        if (said.includes(one)) seen[one] = (seen[one] ?? 0) + 1;
      }
    }
    assert.ok(seen["torn_tail"]! > 2 && seen["stop_journal"]! > 2, JSON.stringify(seen));
  });
}

test("replayRun() gives all again of a run whose recovery was crashed, too", async () => {
  const [, crashed] = nights[0]!;
  const { night: { runFolder }, gate } = crashed;
  const middle = crashed.crashes.filter(({ kind, disk }) =>
    kind === "torn" && assess(crashed, disk()).need === "end"
  )[5]!;
  const disk = middle.disk();
  const again = recordCrashes(disk);
  const { length: kept } = (await recovered(crashed, disk, "the first time"))!;
  disk.fault = null;
  for (const [i, { before, kind, disk }] of again.entries()) {
    if (kind === "power" || i % 7 > 0) continue;
    const files = disk();
    const what = `crash ${i} of the recovery, ${kind} before ${before}`;
    if (await recovered(crashed, files, what, kept) === null) continue;
    await replaysWhole({ files, runFolder, gate });
  }
});

test.run();
