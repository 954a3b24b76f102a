import { concat, map, NEVER, timer, VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Agenda } from "../../src/streams/sources/agenda.ts";
import type { Pace } from "../../src/streams/sources/drive.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";
import { command, journaled } from "../support/night_events.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT, shortNight } from "../support/short_night.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

/** Real time, as far as the night can tell: a clock that only a scheduler moves. */
function realTime(): { readonly pace: Pace; readonly scheduler: VirtualTimeScheduler } {
  const scheduler = new VirtualTimeScheduler(undefined, 1_000_000);
  const clock = { now: () => SIM_START_TS + scheduler.now() };
  return { pace: { clock, speed: 1, scheduler }, scheduler };
}

/** A market that has nothing to say. */
const silent: Agenda = { nextTs: SIM_START_TS + 3_600_000, take: () => [] };
const config = configWith([...SHORT_NIGHT, "duration_ms=3500", "watchdog.heartbeat_every_ms=10000"]);

test("a night in real time commits and anchors what waits, though no input comes", async () => {
  const { pace, scheduler } = realTime();
  const files = memoryFiles();
  const writes: (readonly [string, number])[] = [];
  files.fault = (call, path) => {
    const name = /(lifecycle\/inbox|audit\/anchors)\.jsonl$/.exec(path)?.[1];
    if (call === "write" && name !== undefined) writes.push([name, scheduler.now()]);
  };
  const { stop } = await journaled(
    shortNight({ files, pace, agenda: silent, config, onStarted: () => scheduler.flush() }),
  );
  assert.is(stop?.reason_code, "FEED_STALE", "a night in which nothing ticked proves nothing");
  assert.equal(writes, [
    ["lifecycle/inbox", 50],
    ["audit/anchors", 900],
    ["lifecycle/inbox", 3500],
    ["audit/anchors", 3500],
  ]);
});

test("a night in real time stops when the disk is found full between two inputs", async () => {
  const { pace, scheduler } = realTime();
  const files = memoryFiles();
  let isFull = true;
  files.fault = (call, path) => {
    if (!isFull || call !== "write" || !path.endsWith("/operator_commands/inbox.jsonl")) return;
    isFull = false;
    throw systemError("ENOSPC");
  };
  const note$ = timer(110, scheduler).pipe(map(() => command("note", "still here")));
  const { stop, events } = await journaled(shortNight({
    files,
    pace,
    agenda: silent,
    config,
    operator$: concat(note$, NEVER),
    onStarted: () => scheduler.flush(),
  }));
  assert.is(stop?.reason_code, "DISK_FULL");
  assert.equal(
    events.filter(({ type }) => type !== "health").map(({ type, ts }) => [type, ts - SIM_START_TS]),
    [["lifecycle", 0], ["operator_command", 0], ["stop_journal", 150], ["lifecycle", 150]],
  );
});

test.run();
