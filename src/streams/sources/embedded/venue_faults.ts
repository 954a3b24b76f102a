import type { VenueFault } from "../../../core/config.ts";

/**
 * What goes wrong at the venue and when, in log time: which faults are on, and how many messages those that count
 * messages still want. It decides nothing about what is sent.
 */
export interface VenueFaults {
  /** When the next fault begins; Infinity when none does any more. */
  readonly nextTs: number;
  /** Begins the fault of nextTs and moves nextTs on. */
  begin(): VenueFault;
  /** How long a lasting fault is on yet; 0 where it is not. */
  msLeft(kind: LastingKind, nowTs: number): number;
  /** By how much answers are late now. */
  lateMs(nowTs: number): number;
  /** One message of a counting fault: whether it was still wanted. */
  spend(kind: CountingKind): boolean;
}

export type LastingKind = "stall" | "error_5xx" | "too_many" | "slow";
export type CountingKind = "gap" | "duplicate" | "bad_frame";

export function venueFaults(faults: readonly VenueFault[], startTs: number): VenueFaults {
  const agenda = faults.map((fault) => ({ fault, dueTs: startTs + fault.after_ms }));
  const untilTs: Record<LastingKind, number> = { stall: 0, error_5xx: 0, too_many: 0, slow: 0 };
  const wanted: Record<CountingKind, number> = { gap: 0, duplicate: 0, bad_frame: 0 };
  let slowMs = 0;

  /** The earlier in the list goes first where two are due together. */
  const next = () => {
    let earliest = agenda[0];
    for (const entry of agenda) if (entry.dueTs < earliest!.dueTs) earliest = entry;
    return earliest;
  };
  const msLeft = (kind: LastingKind, nowTs: number) => Math.max(0, untilTs[kind] - nowTs);

  return {
    get nextTs() {
      return next()?.dueTs ?? Infinity;
    },
    begin() {
      const entry = next();
      if (entry === undefined || entry.dueTs === Infinity) throw new Error("No fault is due");
      const { fault, dueTs } = entry;
      entry.dueTs = fault.every_ms === 0 ? Infinity : dueTs + fault.every_ms;
      switch (fault.kind) {
        case "disconnect":
          break; // is over as soon as it has begun
        case "gap":
        case "duplicate":
        case "bad_frame":
          wanted[fault.kind] += fault.count;
          break;
        default:
          if (fault.kind === "slow") slowMs = fault.for_ms;
          untilTs[fault.kind] = Math.max(untilTs[fault.kind], dueTs + fault.for_ms);
      }
      return fault;
    },
    msLeft,
    lateMs: (nowTs) => msLeft("slow", nowTs) > 0 ? slowMs : 0,
    spend(kind) {
      if (wanted[kind] === 0) return false;
      wanted[kind]--;
      return true;
    },
  };
}
