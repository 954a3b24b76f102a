import { asyncScheduler, Observable, type SchedulerLike } from "rxjs";
import type { AnyDraft } from "../../core/event.ts";
import type { Clock } from "../../core/ports.ts";
import type { Agenda } from "./agenda.ts";

/** How time passes: virtual (`setTs` moves it, as fast as the core can) or paced by a clock. */
export interface Pace {
  readonly clock: Clock;
  /** Given in virtual time only. */
  readonly setTs?: (ts: number) => void;
  /** Milliseconds of the agenda a millisecond of waiting; 1 in real time. */
  readonly speed: number;
  readonly scheduler?: SchedulerLike;
}

/** Inputs in one go before the event loop gets its turn (signals, the status line). */
const SLICE_INPUTS = 4000;
/** A longer wait is done in parts: a laptop may sleep and the clock may be set meanwhile. */
const WAIT_MS_MAX = 1000;

/** Gives an agenda's inputs when they are due, in slices, until it has no more. */
export function drive(agenda: Agenda, pace: Pace): Observable<AnyDraft> {
  const scheduler = pace.scheduler ?? asyncScheduler;
  return new Observable((output) => {
    const runSlice = () => {
      for (let count = 0; count < SLICE_INPUTS && !output.closed;) {
        const dueTs = agenda.nextTs;
        if (dueTs === Infinity) return output.complete();
        pace.setTs?.(dueTs);
        const nowTs = pace.clock.now();
        if (dueTs > nowTs) break;
        for (const draft of agenda.take(nowTs)) {
          output.next(draft);
          count++;
        }
      }
      if (output.closed) return;
      const waitMs = (agenda.nextTs - pace.clock.now()) / pace.speed;
      const delayMs = pace.setTs === undefined ? Math.min(Math.max(waitMs, 0), WAIT_MS_MAX) : 0;
      output.add(scheduler.schedule(runSlice, delayMs));
    };
    output.add(scheduler.schedule(runSlice));
  });
}
