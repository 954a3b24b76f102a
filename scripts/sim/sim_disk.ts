import { randomStream } from "../../src/core/random.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../../test/support/memory_files.ts";
import { SIM_START_TS } from "../../test/support/sim_night.ts";
import { cursorProblem } from "./log_lines.ts";
import type { SimCrash, SimDiskFault } from "./sim_plan.ts";

/**
 * Watches the disk of one process, call by call: makes it fail where the plan says so, keeps what a crash leaves, and
 * looks at what a stranger could see meanwhile. It changes nothing by itself.
 */
export interface DiskWatch {
  /** What the crash has left, once it has come. */
  readonly left: LeftDisk | null;
  /** The crash has come and this process with it is gone. */
  readonly isDead: boolean;
  /** When the first call failed, in log time. */
  readonly failedTs: number | null;
  /** The first that must not be; thrown here, the program would take it for a fault of its disk. */
  readonly problem: string | null;
  /**
   * Every portfolio.json that was put in its place before a crash, and before the disk failed: behind that it tells of
   * events that the log could not take.
   */
  readonly portfolios: readonly string[];
  /** The clock of the process; before it is known the night has not begun. */
  now: () => number;
}

export interface LeftDisk {
  readonly disk: MemoryFiles;
  readonly crash: SimCrash;
  /** The call that did not come any more. */
  readonly before: string;
}

export interface WatchOptions {
  readonly seed: number;
  readonly runFolder: string;
  readonly crash: SimCrash | null;
  /** The crash ends this process, too: without it the night goes on, for comparison. */
  readonly isDeadly: boolean;
  readonly diskFaults: readonly SimDiskFault[];
}

/** Of the cursors that are put in their place, every so manieth is looked at. */
const CURSORS_BETWEEN = 200;

export function watchDisk(files: MemoryFiles, options: WatchOptions): DiskWatch {
  const { runFolder, crash, isDeadly } = options;
  const portfolios: string[] = [];
  const watch: { -readonly [Key in keyof DiskWatch]: DiskWatch[Key] } = {
    left: null,
    isDead: false,
    failedTs: null,
    problem: null,
    portfolios,
    now: () => SIM_START_TS,
  };
  const isCrashDue = countdown(crash, watch);
  const faults = options.diskFaults.map((fault) => ({ fault, isDue: countdown(fault, watch) }));
  let lastWrite: { readonly path: string; readonly bytes: number } | null = null;
  let cursors = 0;

  const lookAtCursors = () => {
    const problem = cursorProblem(files, files.afterPowerLoss(), runFolder);
    if (problem !== null) watch.problem ??= `a cursor is ahead of what is durable: ${problem}`;
  };
  const crashNow = (before: string) => {
    lookAtCursors();
    const disk = leftBy(crash!, files, { seed: options.seed, lastWrite });
    watch.left = { disk, crash: crash!, before };
    watch.isDead = isDeadly;
  };
  const failing = (call: string): number | void => {
    for (const { fault, isDue } of faults) {
      if (!isDue(fault.lasts)) continue;
      if (fault.what === "short") return call === "write" ? 1 : undefined;
      watch.failedTs ??= watch.now();
      if (fault.what !== "full") throw systemError(fault.what);
      files.capacityBytes ??= [...files.contents.values()].reduce((sum, { length }) => sum + length, 0);
    }
  };

  files.fault = (call, path) => {
    if (watch.left === null && isCrashDue(false)) crashNow(`${call} ${path}`);
    if (watch.isDead) throw systemError("EIO");
    lastWrite = call === "write" ? { path, bytes: files.size(path) } : null;
    const limit = failing(call);
    const isSound = watch.left === null && watch.failedTs === null;
    if (isSound && call === "rename" && path === `${runFolder}/portfolio.json.tmp`) {
      portfolios.push(files.text(path));
    }
    if (call === "syncDirectory" && path.includes("/queues/") && cursors++ % CURSORS_BETWEEN === 0) {
      lookAtCursors();
    }
    return limit;
  };
  return watch;
}

/** True at the call that is meant, and from there on where it lasts. */
function countdown(
  at: { readonly at_ms: number; readonly calls: number } | null,
  watch: Pick<DiskWatch, "now">,
): (lasts: boolean) => boolean {
  if (at === null) return () => false;
  let calls = at.calls;
  return (lasts) => {
    if (watch.now() < SIM_START_TS + at.at_ms) return false;
    calls--;
    return lasts ? calls < 0 : calls === -1;
  };
}

function leftBy(
  { kind, at_ms }: SimCrash,
  files: MemoryFiles,
  { seed, lastWrite }: {
    readonly seed: number;
    readonly lastWrite: { readonly path: string; readonly bytes: number } | null;
  },
): MemoryFiles {
  const random = randomStream(seed, `crash ${at_ms}`);
  if (kind === "power") return files.afterPowerLoss();
  if (kind === "disorder") return files.afterDisorder(random);
  const left = new Map(files.contents);
  const bytes = lastWrite === null ? undefined : left.get(lastWrite.path);
  if (kind === "torn" && lastWrite !== null && bytes !== undefined) {
    const end = lastWrite.bytes + random.below(bytes.length - lastWrite.bytes + 1);
    left.set(lastWrite.path, bytes.slice(0, end));
  }
  return memoryFiles(left);
}
