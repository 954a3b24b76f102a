import type { Clock } from "../core/ports.ts";

/** The clocks a night may run by; only these look at the machine's time. */
export const systemClock: Clock = forwardClock(() => Date.now(), () => performance.now());

/** Real milliseconds from a point of its own, which no one sets. */
export const elapsedClock: Clock = { now: () => performance.now() };

/** So far ahead of the machine's time it waits for it. */
const WAIT_MS_MAX = 1000;

/**
 * The machine's time, but never back. Set back by a moment, as time services do, it waits for it, and so is never off
 * by the sum of such moments. Set back further it goes on by itself from where it was until the machine's time is there
 * again: timers that stood still for an hour would watch over nothing. How far it is off then shows against the
 * venue's clock.
 */
export function forwardClock(dateMs: () => number, elapsedMs: () => number): Clock {
  let [lastDateMs, lastElapsedMs] = [dateMs(), elapsedMs()];
  let ts = lastDateMs;
  /** From where it goes on by itself; null while the machine's time counts. */
  let setBack: { readonly ts: number; readonly elapsedMs: number } | null = null;
  return {
    now() {
      const [nowMs, nowElapsedMs] = [dateMs(), elapsedMs()];
      if (nowMs < lastDateMs) setBack = { ts, elapsedMs: lastElapsedMs };
      [lastDateMs, lastElapsedMs] = [nowMs, nowElapsedMs];
      const ownTs = setBack === null ? nowMs : setBack.ts + Math.floor(nowElapsedMs - setBack.elapsedMs);
      if (ownTs - nowMs > WAIT_MS_MAX) return ts = ownTs;
      setBack = null;
      return ts = Math.max(ts, nowMs);
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
