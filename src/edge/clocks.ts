import type { Clock } from "../core/ports.ts";

/** The clocks a night may run by; only these look at the machine's time. */
export const systemClock: Clock = forwardClock(() => Date.now(), () => performance.now());

/** Real milliseconds from a point of its own, which no one sets. */
export const elapsedClock: Clock = { now: () => performance.now() };

/**
 * The machine's time, but where somebody sets it back this one goes on from where it was: timers that stood still for
 * an hour would watch over nothing. How far it is off then shows against the venue's clock.
 */
export function forwardClock(dateMs: () => number, elapsedMs: () => number): Clock {
  let [lastDateMs, lastElapsedMs] = [dateMs(), elapsedMs()];
  let ts = lastDateMs;
  return {
    now() {
      const [nowMs, nowElapsedMs] = [dateMs(), elapsedMs()];
      const isSetBack = nowMs < lastDateMs;
      ts += isSetBack ? Math.max(0, Math.floor(nowElapsedMs - lastElapsedMs)) : nowMs - lastDateMs;
      [lastDateMs, lastElapsedMs] = [nowMs, nowElapsedMs];
      return ts;
    },
  };
}

/** A clock that is at `startTs` when it is first read, and goes `speed` times as fast as the machine's. */
export function pacedClock(
  startTs: number,
  speed: number,
  machineMs: () => number = () => performance.now(),
): Clock {
  let begunMs: number | null = null;
  return {
    now() {
      const nowMs = machineMs();
      begunMs ??= nowMs;
      return startTs + Math.floor((nowMs - begunMs) * speed);
    },
  };
}

/** Virtual time: whoever drives the night sets it. */
export interface VirtualClock extends Clock {
  set(ts: number): void;
}

export function virtualClock(startTs: number): VirtualClock {
  let ts = startTs;
  return { now: () => ts, set: (next) => void (ts = Math.max(ts, next)) };
}
