import type { Config } from "../../src/core/config.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import type { StopNotice } from "../../src/sinks/stop_flag.ts";
import { type CrashedNight, RECOVERED_TS, recoverOn } from "../../test/support/crashed_nights.ts";
import { type MemoryFiles, memoryFiles } from "../../test/support/memory_files.ts";
import { configWith } from "../../test/support/repo_config.ts";
import { certainLines, linesByNumber } from "./log_lines.ts";
import { assess, type Ended, proveKept, proveRun, proveSame, RUN, VAR } from "./prove_run.ts";
import { type DiskWatch, type LeftDisk, watchDisk } from "./sim_disk.ts";
import { BrokenInvariant } from "./sim_ledger.ts";
import { setsOf, type SimPlan } from "./sim_plan.ts";
import { firstProcess, gateOf, nextProcess } from "./sim_process.ts";

/** Runs the night of a plan, process by process, and holds it against the invariants; throws where one is broken. */
export interface SimOutcome {
  readonly verdict: string;
  readonly stop: string | null;
  readonly events: number;
  readonly fills: number;
  readonly crashes: number;
  readonly resumed: number;
  readonly diskFaults: number;
  readonly venueFaults: number;
  /** It was compared with the night that it would have been. */
  readonly compared: boolean;
}

export async function simulate(plan: SimPlan): Promise<SimOutcome> {
  const config = configWith(setsOf(plan));
  const isComparable = !plan.overVenue && plan.diskFaults.length === 0 &&
    plan.crashes.every(({ down_ms }) => down_ms === 0);
  const uncrashed = memoryFiles();
  const from = fromOf(uncrashed, config, await gateOf(config));
  const { seed, crashes, diskFaults } = plan;
  const about = { seed, runFolder: RUN };
  const first = watchDisk(uncrashed, {
    ...about,
    crash: crashes[0] ?? null,
    isDeadly: !isComparable,
    diskFaults,
  });
  const onClock = (watch: DiskWatch) => (now: () => number) => void (watch.now = now);
  let files = uncrashed;
  let ended = await onDisk(first, files, async () => ({
    ...await firstProcess({ plan, config, files, onClock: onClock(first) }),
    isResumed: false,
  }));
  const watches = [first];
  const certain: (readonly string[])[] = [];
  for (let left = first.left; left !== null; left = watches.at(-1)!.left) {
    files = left.disk;
    certain.push(certainLines(files, RUN));
    const watch = watchDisk(files, {
      ...about,
      crash: crashes[watches.length] ?? null,
      isDeadly: true,
      diskFaults: [],
    });
    watches.push(watch);
    ended = await onDisk(
      watch,
      files,
      () => goOn(plan, { from, left: left!, watch, onClock: onClock(watch) }),
    );
  }
  const counts = { crashes: watches.length - 1, diskFaults: first.failedTs === null ? 0 : 1 };
  if (watches.length === 1 && first.failedTs !== null && linesByNumber(files, RUN).size > 0) {
    ended = await recoverFrom(plan, from, files) ?? ended;
  }
  const [problem] = watches.flatMap(({ problem }) => problem ?? []);
  if (problem !== undefined) throw new BrokenInvariant(problem);
  if (ended.verdict === null) return { ...NOTHING, ...counts };
  const events = proveRun(plan, config, { files, watches, ended });
  for (const lines of certain) proveKept(lines, files);
  const compared = isComparable && counts.crashes > 0 && ended.isResumed;
  if (compared) proveSame(files, uncrashed);
  return {
    verdict: ended.verdict,
    stop: ended.stop?.reason_code ?? null,
    events: events.length,
    fills: events.filter(({ type }) => type === "fill").length,
    ...counts,
    resumed: events.filter(({ type, payload }) => type === "lifecycle" && payload.what === "resumed").length,
    venueFaults: plan.venueFaults.length,
    compared,
  };
}

/** As much of a crashed night as its resumption asks for. */
function fromOf(files: MemoryFiles, config: Config, gate: PolicyGate): CrashedNight {
  const night = { files, runFolder: RUN, varFolder: VAR } as CrashedNight["night"];
  return { night, events: [], turnEnds: [], config, gate, crashes: [] };
}

const NOTHING: SimOutcome = {
  verdict: "NO RUN",
  stop: null,
  events: 0,
  fills: 0,
  crashes: 0,
  resumed: 0,
  diskFaults: 0,
  venueFaults: 0,
  compared: false,
};

/** In the first event of a run that had none when `recover` began to end it. */
const NO_SYMBOLS = '"symbol_rules":[]';

const UNENDED: Ended = { verdict: null, stop: null, isResumed: false };

/** What a process does on a disk that fails under it is its own business; what it leaves is not. */
async function onDisk(watch: DiskWatch, files: MemoryFiles, work: () => Promise<Ended>): Promise<Ended> {
  try {
    const ended = await work();
    return watch.isDead ? UNENDED : ended;
  } catch (error) {
    if (watch.isDead || watch.failedTs !== null && !files.exists(`${RUN}/manifest.json`)) return UNENDED;
    throw error;
  } finally {
    files.fault = null;
    files.capacityBytes = null;
  }
}

/** With what a crash has left: resumed where that may be, ended by `recover` where not. */
async function goOn(
  plan: SimPlan,
  { from, left, watch, onClock }: {
    readonly from: CrashedNight;
    readonly left: LeftDisk;
    readonly watch: DiskWatch;
    readonly onClock: (now: () => number) => void;
  },
): Promise<Ended> {
  const { disk: files, crash, before } = left;
  const { need, verification } = assess(files, plan.seed);
  if (need === "damaged") {
    if (linesByNumber(files, RUN).size === 0) return UNENDED; // there was no run yet
    const reason = verification.findings.problems[0]?.reason;
    throw new BrokenInvariant(`${crash.kind} before ${before}: damaged: ${reason}`);
  }
  if (need === "nothing") return lastWord(files);
  if (need === "end" && !files.exists(`${VAR}/STOP.flag`)) {
    const closed = await nextProcess(from, { plan, config: from.config, files, onClock }, crash.down_ms);
    if (!("kind" in closed)) return { ...closed, isResumed: true };
    const [first] = certainLines(files, RUN);
    const isOfRecover = first?.includes(NO_SYMBOLS) ?? true;
    if (closed.kind === "unproven" && !isOfRecover) {
      throw new BrokenInvariant(`${crash.kind} before ${before}: not resumed: ${closed.why}`);
    }
  }
  onClock(() => RECOVERED_TS);
  await recoverOn(from, files, need);
  return watch.isDead ? UNENDED : lastWord(files);
}

/** With a disk that works again; null where nothing is missing. */
async function recoverFrom(
  plan: SimPlan,
  from: CrashedNight,
  files: MemoryFiles,
): Promise<Ended | null> {
  const { need, verification } = assess(files, plan.seed);
  if (need === "nothing") return null;
  if (need === "damaged") {
    throw new BrokenInvariant(`a failed disk is damaged: ${verification.findings.problems[0]?.reason}`);
  }
  await recoverOn(from, files, need);
  return lastWord(files);
}

function lastWord(files: MemoryFiles): Ended {
  const { verdict } = openArtefact(files.text(`${RUN}/report.json`)) as { readonly verdict: string };
  const path = `${RUN}/STOP.flag`;
  const stop = files.exists(path) ? openArtefact(files.text(path)) as unknown as StopNotice : null;
  return { verdict, stop, isResumed: false };
}
