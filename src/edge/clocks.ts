import type { Clock } from "../core/ports.ts";

/** The clocks a night may run by. Only `systemClock` and `pacedClock` look at the machine's time. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that starts at `startTs` and goes `speed` times as fast as the machine's, which no one sets back. */
export function pacedClock(
  startTs: number,
  speed: number,
  machineMs: () => number = () => performance.now(),
): Clock {
  const begunMs = machineMs();
  return { now: () => startTs + Math.floor((machineMs() - begunMs) * speed) };
}

/** Virtual time: whoever drives the night sets it. */
export interface VirtualClock extends Clock {
  set(ts: number): void;
}

export function virtualClock(startTs: number): VirtualClock {
  let ts = startTs;
  return { now: () => ts, set: (next) => void (ts = Math.max(ts, next)) };
}
