import * as assert from "uvu/assert";
import { assess, type CrashedNight, recovered } from "./crashed_nights.ts";
import type { DisorderedNight, DisorderedState } from "./disordered_nights.ts";
import { resumed } from "./resumed_nights.ts";

/**
 * What must hold of every disk that wrote in an order of its own when its power went: it is no damage, and nothing is
 * lost that was synced. Gives what the states came to.
 */
export async function sweepDisorder(
  { crashed, states }: DisorderedNight,
  { recoverEvery, resumeEvery }: { readonly recoverEvery: number; readonly resumeEvery: number },
): Promise<Readonly<Record<string, number>>> {
  const seen: Record<string, number> = {};
  const see = (what: string) => seen[what] = (seen[what] ?? 0) + 1;
  for (const [i, state] of states.entries()) {
    see(`found: ${proveKept(crashed, state)}`);
    if (i % recoverEvery === 0) see(`ended: ${await proveRecovered(crashed, state)}`);
    if (i % resumeEvery === 0) see(`gone on with: ${await proveResumed(crashed, state)}`);
  }
  return seen;
}

function proveKept(crashed: CrashedNight, { disk, durable, what }: DisorderedState): string {
  const { need, verification: { events, findings } } = assess(crashed, disk());
  const problems = findings.problems.map(({ file, reason }) => `${file}: ${reason}`);
  if (need === "damaged") throw new Error(`${what}: damaged\n${problems.slice(0, 5).join("\n")}`);
  assert.ok(events >= durable, `${what}: ${events} events are found of ${durable} that were synced`);
  return need;
}

/** `keptMax`: where it was ended before, the events that were kept then. */
export async function proveRecovered(
  crashed: CrashedNight,
  { disk, durable, what }: DisorderedState,
  keptMax: number = Infinity,
): Promise<string> {
  const files = disk();
  const { need } = assess(crashed, files);
  assert.is.not(need, "damaged", what);
  const kept = await recovered(crashed, files, what, keptMax);
  const turns = crashed.turnEnds.findLast((end) => end <= durable)!;
  if (kept !== null) assert.ok(kept.length >= turns, `${what}: ${kept.length} events are kept of ${turns}`);
  return need;
}

/** It became the night that it would have been; or it cannot, as nothing of it was on the disk, or it had its end. */
async function proveResumed(
  crashed: CrashedNight,
  { disk, durable, what }: DisorderedState,
): Promise<string> {
  const became = await resumed(crashed, disk(), what);
  if (became === "unproven") assert.is(durable, 0, what);
  else assert.ok(["resumed", "over", "views", "nothing"].includes(became), `${what}: ${became}`);
  return became;
}
