import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import { assess, type CrashedNight, crashedNight, recoverOn } from "./crashed_nights.ts";
import { type DiskFault, durableEvents, type FaultyNight, faultyNight } from "./failing_disk.ts";
import type { MemoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { shortNight } from "./short_night.ts";
import { SIM_START_TS } from "./sim_night.ts";

/**
 * A night that trades with a fault at one call after the other, and what must hold each time: it stops in order or is
 * never begun, trades no more, and keeps what was on the disk, there and then and when the power goes at once.
 */
export interface Sweep {
  /** The night without a fault. */
  readonly good: CrashedNight;
  readonly texts: readonly string[];
}

export async function openSweep(): Promise<Sweep> {
  const good = await crashedNight({}, () => false);
  return { good, texts: textsOf(good.events) };
}

/** Gives how often a night came to what. `stride` 1 is every call. */
export async function sweepDiskFault(
  sweep: Sweep,
  fault: DiskFault,
  { isLasting, stride, offset }: {
    readonly isLasting: boolean;
    readonly stride: number;
    readonly offset: number;
  },
): Promise<Readonly<Record<string, number>>> {
  const seen: Record<string, number> = {};
  for (let at = 1 + offset % stride;; at += stride) {
    const faulty = await faultyNight(fault, { at, isLasting });
    if (faulty.faultyCall === null) {
      assert.is(faulty.night?.verdict, "PASS");
      return seen;
    }
    const what = `${fault.code} ${isLasting ? "from" : "at"} call ${at}, ${faulty.faultyCall}`;
    const became = await proveOne(sweep, faulty, { fault, isLasting, what });
    seen[became] = (seen[became] ?? 0) + 1;
  }
}

async function proveOne(
  sweep: Sweep,
  faulty: FaultyNight,
  { fault, isLasting, what }: {
    readonly fault: DiskFault;
    readonly isLasting: boolean;
    readonly what: string;
  },
): Promise<string> {
  const { night, files } = faulty;
  if (night === null) {
    await proveRefused(faulty, fault.code, what);
    return "refused";
  }
  if (fault.takes !== undefined) {
    const events = eventsOf(files, night.runFolder);
    assert.equal([night.verdict, textsOf(events)], ["PASS", sweep.texts], what);
    return "as if nothing had been";
  }
  const reason = fault.code === "ENOSPC" || fault.code === "EDQUOT" ? "DISK_FULL" : "SINK_IO";
  assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", reason], what);
  const isSaid = night.problems.some((problem) => problem.startsWith("var/STOP.flag"));
  assert.ok(files.exists("/var/STOP.flag") || (isLasting && isSaid), `${what}: no latch`);
  const withoutPower = files.afterPowerLoss();
  const need = await proveKept(sweep, faulty, { disk: files, what });
  await proveKept(sweep, faulty, { disk: withoutPower, what: `${what}, and the power went` });
  return need === "nothing" ? "stopped, complete" : `stopped, then recovered (${need})`;
}

/** Nothing of it has become an event, and the next night finds the disk as it should be. */
async function proveRefused({ files, refusal }: FaultyNight, code: string, what: string): Promise<void> {
  assert.match(String(refusal), code, what);
  assert.equal(durableEvents(files), [], what);
  const { verdict } = await shortNight({ files, startTs: SIM_START_TS + 1000 });
  assert.is(verdict, "PASS", `${what}: the next night`);
}

/** The run is complete, or has a tail that recovery ends; whole turns that were on the disk are in it. */
async function proveKept(
  sweep: Sweep,
  faulty: FaultyNight,
  { disk, what }: { readonly disk: MemoryFiles; readonly what: string },
): Promise<string> {
  const { good } = sweep;
  const { need, verification } = assess(good, disk);
  const problems = verification.findings.problems.map(({ file, reason }) => `${file}: ${reason}`);
  if (need === "damaged") throw new Error(`${what}: damaged\n${problems.slice(0, 5).join("\n")}`);
  if (need !== "nothing") {
    const closed = await recoverOn(good, disk, need);
    assert.equal(closed?.problems ?? [], [], what);
    const after = assess(good, disk);
    assert.equal([after.verification.findings.problems, after.need], [[], "nothing"], what);
  }
  const events = eventsOf(disk, good.night.runFolder);
  const kept = sameAsGood(sweep, events);
  const durable = sameAsGood(sweep, faulty.durableAtFault);
  const durableTurns = good.turnEnds.findLast((end) => end <= durable)!;
  assert.ok(
    kept >= durableTurns,
    `${what}: ${kept} events are left of ${durableTurns} that were on the disk`,
  );
  assert.not.ok(events.slice(faulty.lastNAtFault + 1).some(isTrade), `${what}: traded after the fault`);
  return need;
}

/** With how many events a log begins as that of the good night does. */
function sameAsGood({ texts }: Sweep, events: readonly Event[]): number {
  const differs = textsOf(events).findIndex((text, n) => text !== texts[n]);
  return differs === -1 ? events.length : differs;
}

function textsOf(events: readonly Event[]): readonly string[] {
  return events.map((event) => JSON.stringify(event));
}

function isTrade({ type, payload }: Event): boolean {
  if (type === "order_result") return payload.result === "ACCEPTED";
  return type === "order_intent" || type === "fill";
}
