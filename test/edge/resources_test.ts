import { take, VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Draft } from "../../src/core/event.ts";
import { resources } from "../../src/edge/resources.ts";

const STARTED_TS = 1_000_000;
/** Of the processor, in each sample of the last play. */
const used: number[] = [];
/** How long the loop is held up, and from when on. */
type Block = readonly [atMs: number, forMs: number];

/** `250 rss 150 lag 0` for each sample of `forMs` virtual milliseconds. */
function play(everyMs: number, forMs: number, blocks: readonly Block[] = []): readonly string[] {
  const scheduler = new VirtualTimeScheduler(undefined, forMs);
  const samples: string[] = [];
  used.length = 0;
  // A blocked loop runs its timers late: all that is due in the meantime sees the time at which the block ends.
  const now = () =>
    blocks.reduce(
      (ms, [atMs, heldMs]) => ms >= atMs && ms < atMs + heldMs ? atMs + heldMs : ms,
      scheduler.now(),
    );
  let rss = 149_600_000;
  let cpuMs = 0;
  resources({
    clock: { now: () => STARTED_TS + now() },
    elapsed: { now },
    everyMs,
    startedTs: STARTED_TS,
    scheduler,
    use: () => ({ rssBytes: rss += 400_000, heapBytes: 60_400_000, cpuMs: cpuMs += 50, handles: null }),
  }).subscribe(({ payload, ts }) => {
    const { uptime_s, rss_mb, loop_lag_ms, cpu_pct, ...rest } = payload;
    used.push(cpu_pct!);
    assert.equal(rest, { role: "watchdog_role", state: "UP", origin: "input", heap_mb: 60 });
    assert.is(uptime_s, (ts - STARTED_TS) / 1000);
    samples.push(`${ts - STARTED_TS} rss ${rss_mb} lag ${loop_lag_ms}`);
  });
  scheduler.flush();
  return samples;
}

const TABLE: readonly (readonly [
  name: string,
  everyMs: number,
  forMs: number,
  blocks: readonly Block[],
  samples: readonly string[],
])[] = [
  ["idle", 1000, 3000, [], ["1000 rss 150 lag 0", "2000 rss 151 lag 0", "3000 rss 151 lag 0"]],
  ["a period that is not a multiple of the timer's", 250, 500, [], [
    "250 rss 150 lag 0",
    "500 rss 151 lag 0",
  ]],
  ["a period as short as the timer's", 100, 200, [], ["100 rss 150 lag 0", "200 rss 151 lag 0"]],
  ["one delay counts in its own sample alone", 1000, 2000, [[350, 225]], [
    "1000 rss 150 lag 175",
    "2000 rss 151 lag 0",
  ]],
  ["the longest of several delays", 1000, 1000, [[150, 60], [350, 225], [700, 110]], [
    "1000 rss 150 lag 175",
  ]],
  ["a delay over the sample's own time", 1000, 2000, [[950, 400]], [
    "1350 rss 150 lag 350",
    "2000 rss 151 lag 0",
  ]],
];

for (const [name, everyMs, forMs, blocks, samples] of TABLE) {
  test(`resources() ${name}`, () => {
    assert.equal(play(everyMs, forMs, blocks), samples);
  });
}

test("resources() tells of the processor what was used of it since the sample before", () => {
  play(1000, 3000);
  assert.equal(used, [5, 5, 5]);
  play(1000, 2000, [[950, 400]]);
  assert.equal(used, [4, 8]);
});

test("resources() drafts an input without a cause, from the moment it is listened to", () => {
  const scheduler = new VirtualTimeScheduler(undefined, 10_000);
  let elapsedMs = 0;
  const sample$ = resources({
    clock: { now: () => STARTED_TS - 5 }, // a clock that was set back
    elapsed: { now: () => elapsedMs + scheduler.now() },
    everyMs: 100,
    startedTs: STARTED_TS,
    scheduler,
    use: () => ({ rssBytes: 1, heapBytes: 2_000_000, cpuMs: 7, handles: 12 }),
  });
  elapsedMs = 5000;
  const drafts: Draft<"health">[] = [];
  sample$.pipe(take(1)).subscribe((draft) => void drafts.push(draft));
  scheduler.flush();
  assert.equal(drafts, [{
    type: "health",
    source: "watchdog_role",
    ts: STARTED_TS - 5,
    cause: null,
    payload: {
      role: "watchdog_role",
      state: "UP",
      uptime_s: 0,
      origin: "input",
      rss_mb: 0,
      heap_mb: 2,
      cpu_pct: 0,
      loop_lag_ms: 0,
      handles: 12,
    },
  }]);
});

test.run();
