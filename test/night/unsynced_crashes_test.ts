import { test } from "uvu";
import * as assert from "uvu/assert";
import type { OpenRun } from "../../src/night/open_run.ts";
import { crashedNight, recovered } from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { configWith } from "../support/repo_config.ts";
import { resumed } from "../support/resumed_nights.ts";
import { linesOf } from "../support/run_bytes.ts";
import { SHORT_NIGHT } from "../support/short_night.ts";
import { simNight } from "../support/sim_night.ts";

/**
 * A night in virtual time is synced at its end alone. Where the power fails in the middle of that, all of its events
 * can be there and none of its anchors: more of them than one anchor may cover, and for longer.
 */
const ticks = [
  "duration_ms=60000",
  "market.embedded.ticks_per_s=20",
  "logging.rotate_bytes=50000",
  "logging.snapshot_every_ms=3600000",
];
const config = configWith([...SHORT_NIGHT, ...ticks]);
let like: OpenRun | null = null;
await simNight({ config, onOpened: (run) => like = run });
const crashed = await crashedNight({ config, like: like!, isDurable: false }, (call) => call === "sync");
const { events, night: { runFolder } } = crashed;
const unanchored = crashed.crashes.filter(({ kind, disk }) => {
  if (kind !== "power") return false;
  const files = disk();
  const sizeOf = (path: string) => files.exists(path) ? files.size(path) : 0;
  return sizeOf(`${runFolder}/audit/anchors.jsonl`) === 0 &&
    sizeOf(`${runFolder}/queues/lifecycle/inbox.jsonl`) > 0;
});

const anchorsOn = (files: MemoryFiles) => linesOf(files.read(`${runFolder}/audit/anchors.jsonl`)).length;

test("recoverRun() writes the anchors that a power loss has taken, as many as there were", async () => {
  assert.ok(unanchored.length > 3 && events.length > 1200, `${unanchored.length}, ${events.length}`);
  for (const { disk } of unanchored) {
    const files = disk();
    const kept = await recovered(crashed, files, "recovered");
    assert.is(kept!.length, events.length);
    assert.is(anchorsOn(files), anchorsOn(crashed.night.files));
  }
});

test("resumeRun() goes on behind them", async () => {
  for (const { disk } of unanchored) assert.is(await resumed(crashed, disk(), "resumed"), "over");
});

test.run();
