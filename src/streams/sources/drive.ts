import { asyncScheduler, concatMap, Observable, type SchedulerAction, type SchedulerLike } from "rxjs";
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

/** Takes in one go before the event loop gets its turn (signals, the status line). */
const SLICE_TAKES = 4000;
/** A longer wait is done in parts: a laptop may sleep and the clock may be set meanwhile. */
const WAIT_MS_MAX = 1000;

/** Gives an agenda's inputs when they are due, in slices, until it has no more. */
export function drive(agenda: Agenda, pace: Pace): Observable<AnyDraft> {
  const scheduler = pace.scheduler ?? asyncScheduler;
  return new Observable((output) => {
    /** How long until the next slice; null when there is none, or somebody calls for it. */
    const runSlice = (resume: () => void): number | null => {
      for (let count = 0; count < SLICE_TAKES && !output.closed; count++) {
        const dueTs = agenda.nextTs;
        if (dueTs === Infinity) {
          output.complete();
          break;
        }
        pace.setTs?.(dueTs);
        const nowTs = pace.clock.now();
        if (dueTs > nowTs) break;
        if (agenda.isReady?.(resume) === false) return null;
        for (const draft of agenda.take(nowTs)) output.next(draft);
      }
      if (output.closed) return null;
      const waitMs = (agenda.nextTs - pace.clock.now()) / pace.speed;
      return pace.setTs === undefined ? Math.min(Math.max(waitMs, 0), WAIT_MS_MAX) : 0;
    };
    // One action again and again: a new one for each slice would stay with the subscription to the end of the night.
    function runAgain(this: SchedulerAction<void>): void {
      try {
        const waitMs = runSlice(() => runAgain.call(this)); // at once: a wait for nothing would take a millisecond
        if (waitMs !== null) this.schedule(undefined, waitMs);
      } catch (error) {
        output.error(error);
      }
    }
    output.add(scheduler.schedule(runAgain));
  });
}

/** Inputs that come by themselves, each behind what the agenda had for the time before it: timers go before ticks. */
export function behindAgenda(agenda: Agenda, arrival$: Observable<AnyDraft>): Observable<AnyDraft> {
  return arrival$.pipe(concatMap((draft) => {
    const inputs: AnyDraft[] = [];
    while (agenda.nextTs <= draft.ts) inputs.push(...agenda.take(draft.ts));
    inputs.push(draft);
    return inputs;
  }));
}
