/**
 * What advice costs in the isolated process: a tick through the features, and a training of a whole dataset. It asserts
 * nothing. `bench/adviser.ts [MINUTES] [ROUNDS]`
 */
import process from "node:process";
import { trainModel } from "../src/streams/ai/train_model.ts";
import { adviser } from "../src/streams/ai/worker/adviser.ts";
import { madeUpRows } from "../test/support/ai_rows.ts";
import { aiNight } from "../test/support/ai_night.ts";
import { AI_TASK } from "../test/support/ai_trial.ts";
import { median } from "./median.ts";

const minutes = Number(process.argv[2] ?? 60);
const rounds = Number(process.argv[3] ?? 7);
const night = [...aiNight({ seed: 7, durationMs: minutes * 60_000 })];
const ticks = night.reduce((sum, { events }) => sum + events.length, 0);
const rows = madeUpRows({ seed: 7, count: AI_TASK.rows_max, lean: 0.1 });

/** Milliseconds that it takes, the median of all rounds. */
function timed(act: () => unknown): number {
  return median(Array.from({ length: rounds }, () => {
    const beganMs = performance.now();
    act();
    return performance.now() - beganMs;
  }));
}

const never = { ...AI_TASK, snapshot_every_ms: Number.MAX_SAFE_INTEGER };
const nightMs = timed(() => {
  const worker = adviser(never);
  for (const batch of night) worker.batch(batch);
});
const trainingMs = timed(() => trainModel(rows, AI_TASK.horizon_ms));
console.log(`${ticks} ticks: ${(nightMs * 1000 / ticks).toFixed(2)} µs a tick, advice and packs included`);
console.log(`${rows.length} rows: ${trainingMs.toFixed(1)} ms a training`);
