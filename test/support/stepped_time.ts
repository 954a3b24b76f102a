import { VirtualTimeScheduler } from "rxjs";

/** Virtual time that also lets promises settle between its steps. */
export class SteppedTime extends VirtualTimeScheduler {
  /** Goes `ms` further, doing all that is due on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.frame + ms;
    for (;;) {
      await settled();
      const next = this.actions[0];
      if (next === undefined || next.delay > endMs) break;
      this.maxFrames = next.delay;
      this.flush();
    }
    this.frame = endMs;
  }
}

/** More turns of the microtask queue than any chain of promises in a test needs. */
async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve();
}
