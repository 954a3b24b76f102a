import { isDeepStrictEqual } from "node:util";
import { assessRun } from "../../src/commands/assess_run.ts";
import type { Config } from "../../src/core/config.ts";
import type { Event } from "../../src/core/event.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { isDiskStop } from "../../src/night/close_run.ts";
import type { StopNotice } from "../../src/sinks/stop_flag.ts";
import type { MemoryFiles } from "../../test/support/memory_files.ts";
import { eventsOf } from "../../test/support/night_events.ts";
import { withoutNumbers } from "../../test/support/resumed_nights.ts";
import { cursorProblem, linesByNumber } from "./log_lines.ts";
import type { DiskWatch } from "./sim_disk.ts";
import { simInvariants } from "./sim_invariants.ts";
import { BrokenInvariant } from "./sim_ledger.ts";
import type { SimPlan } from "./sim_plan.ts";
import { proveViews, takeAll } from "./sim_views.ts";

/** What must hold of a run that has come to its end, whatever has happened to it; throws where it does not. */
export interface Ended {
  /** Null: the process was killed, or its disk failed before there was a run. */
  readonly verdict: string | null;
  readonly stop: StopNotice | null;
  /** Goes on from a crash, and has come to its own end. */
  readonly isResumed: boolean;
}

export const VAR = "/var";
export const RUN: string = `${VAR}/runs/20261121_220000`;
const PLACE = { varFolder: VAR, runFolder: RUN };
/** Every so manieth night has all its signatures checked; the last one covers the rest. */
const ALL_SIGNED_EVERY = 10;

export function assess(files: MemoryFiles, seed: number): ReturnType<typeof assessRun> {
  return assessRun(files, PLACE, () => {}, seed % ALL_SIGNED_EVERY === 0 ? "all" : "last");
}

/** What a crash has left of its log, but for a last turn that may be cut, is in the run that it became. */
export function proveKept(certain: readonly string[], files: MemoryFiles): void {
  const now = linesByNumber(files, RUN);
  const lost = certain.findIndex((line, n) => now.get(n) !== line);
  if (lost >= 0) throw new BrokenInvariant(`event ${lost} of ${certain.length} that were kept is lost`);
}

/** What is left on the disk says the same as its events, and a verifier agrees. */
export function proveRun(
  plan: SimPlan,
  config: Config,
  { files, watches, ended }: {
    readonly files: MemoryFiles;
    readonly watches: readonly DiskWatch[];
    readonly ended: Ended;
  },
): readonly Event[] {
  const { stop } = ended;
  const verdict = ended.verdict ?? "none";
  if (verdict === "FAILED") throw new BrokenInvariant(`the night failed: ${stop?.detail}`);
  const { need, verification: { findings, complete } } = assess(files, plan.seed);
  const [finding] = findings.problems;
  if (finding !== undefined) throw new BrokenInvariant(`verify: ${finding.file}: ${finding.reason}`);
  if (!complete || need !== "nothing") throw new BrokenInvariant("verify: the run is not complete");
  const events = eventsOf(files, RUN);
  const invariants = simInvariants(config);
  takeAll(events, invariants, plan.isDurable ? watches.flatMap(({ portfolios }) => portfolios) : []);
  invariants.end();
  proveViews(files, RUN, invariants);
  const cursor = cursorProblem(files, files, RUN);
  if (cursor !== null) throw new BrokenInvariant(`a cursor is ahead of its inbox: ${cursor}`);
  if ((verdict === "PASS") === (invariants.stoppedBy !== null) && !(stop !== null && isDiskStop(stop))) {
    throw new BrokenInvariant(`verdict ${verdict}, but the log says ${invariants.stoppedBy ?? "no stop"}`);
  }
  proveOperator(plan, verdict, watches);
  const failedTs = watches[0]!.failedTs ?? Infinity;
  const late = events.find(({ type, ts }) => (type === "fill" || type === "order_intent") && ts > failedTs);
  if (late !== undefined && watches.length === 1) {
    throw new BrokenInvariant(`${late.type} ${late.id} after the disk had failed`);
  }
  return events;
}

/** Whoever was there when `stop` was said has stopped. */
function proveOperator({ commands }: SimPlan, verdict: string, watches: readonly DiskWatch[]): void {
  const isTold = watches.length === 1 && commands.some(({ command }) => command === "stop");
  if (isTold && verdict === "PASS") throw new BrokenInvariant("it was told to stop and did not");
}

/** A night that was crashed and gone on with at once is the night that it would have been. */
export function proveSame(files: MemoryFiles, uncrashed: MemoryFiles): void {
  const [found, expected] = [files, uncrashed].map((each) => withoutNumbers(eventsOf(each, RUN)));
  for (const [n, event] of expected!.entries()) {
    if (isDeepStrictEqual(found![n], event)) continue;
    throw new BrokenInvariant(
      `event ${n} is ${JSON.stringify(found![n])}, without the crash ${JSON.stringify(event)}`,
    );
  }
  if (found!.length !== expected!.length) {
    throw new BrokenInvariant(`${found!.length} events, not ${expected!.length}`);
  }
  for (const name of ["report.json", "portfolio.json"]) {
    const [now, then] = [files, uncrashed].map((each) => figuresOf(each, name));
    if (!isDeepStrictEqual(now, then)) {
      throw new BrokenInvariant(`${name} is not that of the night without a crash`);
    }
  }
}

const OF_THE_PROCESS = new Set(["sha256", "n", "last_n", "head", "counts", "refused_after_stop", "policy"]);

function figuresOf(files: MemoryFiles, name: string): unknown {
  const fields = openArtefact(files.text(`${RUN}/${name}`));
  return Object.entries(fields).filter(([key]) => !OF_THE_PROCESS.has(key));
}
