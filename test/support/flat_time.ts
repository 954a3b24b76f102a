import { type SchedulerAction, Subscription, VirtualAction, VirtualTimeScheduler } from "rxjs";

/**
 * Virtual time for whole nights. RxJS's own hangs every repetition of an action under the one before, so that what
 * repeats ten thousand times ends in a stack overflow when it is unsubscribed; here an action is used again.
 */
export class FlatTime extends VirtualTimeScheduler {
  constructor() {
    super(FlatAction as never);
  }

  /** Until when nothing is due; Infinity where nothing is. */
  get nextMs(): number {
    return this.actions[0]?.delay ?? Infinity;
  }
}

class FlatAction<State> extends VirtualAction<State> {
  /** A scheduler gives more than these two, which would be an index. */
  constructor(scheduler: FlatTime, work: (this: SchedulerAction<State>, state?: State) => void) {
    super(scheduler, work);
  }

  override schedule(state?: State, delay = 0): Subscription {
    if (this.closed || !Number.isFinite(delay)) return Subscription.EMPTY;
    if (this.id !== undefined) this.#takeBack();
    return super.schedule(state, delay);
  }

  /** As if new: behind all that is due at the same time already. */
  #takeBack(): void {
    const { actions } = this.scheduler;
    const at = actions.indexOf(this);
    if (at >= 0) actions.splice(at, 1);
    this.id = undefined;
    this.index = this.scheduler.index += 1;
  }
}
