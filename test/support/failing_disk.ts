import type { Event } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { runIdOf } from "../../src/core/time_text.ts";
import { type MemoryFiles, memoryFiles, systemError } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { shortNight } from "./short_night.ts";
import { SIM_START_TS, type SimNight, type SimNightOptions } from "./sim_night.ts";

/** Short nights on a disk of which some call fails, counted from the first that changes anything. */

export interface DiskFault {
  readonly code: string;
  readonly hits: (call: string) => boolean;
  readonly failedSync?: MemoryFiles["failedSync"];
  /** In the place of an error: only so many bytes of a write are taken. */
  readonly takes?: number;
}

const isSync = (call: string): boolean => call === "sync" || call === "syncDirectory";

export const DISK_FAULTS: Readonly<Record<string, DiskFault>> = {
  "EIO": { code: "EIO", hits: (call) => call !== "freeBytes" },
  "ENOSPC": { code: "ENOSPC", hits: (call) => call !== "freeBytes" },
  "EDQUOT": { code: "EDQUOT", hits: (call) => call !== "freeBytes" },
  "EMFILE": { code: "EMFILE", hits: (call) => ["open", "writeNew", "syncDirectory"].includes(call) },
  "a short write": { code: "", hits: (call) => call === "write", takes: 7 },
  "a failed sync": { code: "EIO", hits: isSync },
  "a failed sync that loses its bytes": { code: "EIO", hits: isSync, failedSync: "cut" },
  "a failed sync that leaves NULs": { code: "EIO", hits: isSync, failedSync: "holed" },
};

export interface FaultyNight {
  readonly files: MemoryFiles;
  /** Calls that the fault could have hit. */
  readonly calls: number;
  readonly faultyCall: string | null;
  /** n of the last event before the first fault; −1 before the run lay open. */
  readonly lastNAtFault: number;
  /** Everything that was on the disk for good when the first call failed. */
  readonly durableAtFault: readonly Event[];
  /** Null where the run could not be made: then what was thrown is `refusal`. */
  readonly night: SimNight | null;
  readonly refusal: unknown;
}

/** The `at`-th call that the fault can hit fails, or all from it on. */
export async function faultyNight(
  fault: DiskFault,
  { at, isLasting }: { readonly at: number; readonly isLasting: boolean },
  options: Partial<SimNightOptions> = {},
): Promise<FaultyNight> {
  const files = memoryFiles();
  files.failedSync = fault.failedSync ?? "kept";
  let calls = 0;
  let lastN = () => -1;
  let faulty: Pick<FaultyNight, "faultyCall" | "lastNAtFault" | "durableAtFault"> | null = null;
  files.fault = (call, path) => {
    if (!fault.hits(call) || (isLasting ? ++calls < at : ++calls !== at)) return;
    faulty ??= {
      faultyCall: `${call} ${path}`,
      lastNAtFault: lastN(),
      durableAtFault: durableEvents(files),
    };
    if (fault.takes === undefined) throw systemError(fault.code);
    return fault.takes;
  };
  let night: SimNight | null = null;
  let refusal: unknown = null;
  try {
    night = await shortNight({
      ...options,
      files,
      onOpened(run) {
        lastN = () => run.journal.lastN;
        const letter = { queue: "market_ticks", reason_code: "TICK_UNUSABLE", detail: "no price" };
        run.journal.deadletter({ ...letter, ts: SIM_START_TS, raw: new Uint8Array([1, 2, 3]) });
        return run;
      },
    });
  } catch (error) {
    refusal = error;
  }
  files.fault = null;
  const none = { faultyCall: null, lastNAtFault: -1, durableAtFault: [] };
  return { files, calls, night, refusal, ...(faulty ?? none) };
}

const RUN = `/var/runs/${runIdOf(SIM_START_TS)}`;
const { numberOf } = eventIds(runIdOf(SIM_START_TS));

/** Of a disk that lost its power now, all whole lines up to the first number that is missing. */
export function durableEvents(files: MemoryFiles): readonly Event[] {
  const left = files.afterPowerLoss();
  for (const [path, bytes] of left.contents) {
    if (path.endsWith(".jsonl")) left.contents.set(path, bytes.slice(0, bytes.lastIndexOf(10) + 1));
  }
  const events = left.exists(`${RUN}/queues`) ? eventsOf(left, RUN) : [];
  const gap = events.findIndex(({ id }, n) => numberOf(id) !== n);
  return gap === -1 ? events : events.slice(0, gap);
}
