import type { SchedulerLike, Subscription } from "rxjs";

/** A place for one timer: a new one takes the place of the one before. What its work throws goes to `onError`. */
export interface OneTimer {
  readonly isSet: boolean;
  set(waitMs: number, work: () => void): void;
  clear(): void;
}

export function oneTimer(scheduler: SchedulerLike, onError: (error: unknown) => void): OneTimer {
  let running: Subscription | null = null;
  const clear = () => {
    running?.unsubscribe();
    running = null;
  };
  return {
    get isSet() {
      return running !== null;
    },
    set(waitMs, work) {
      clear();
      running = scheduler.schedule(() => {
        running = null;
        try {
          work();
        } catch (error) {
          onError(error);
        }
      }, Math.max(0, Math.ceil(waitMs)));
    },
    clear,
  };
}
