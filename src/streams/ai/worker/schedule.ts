/** What is due every so often by the time of the log, however that is cut into batches. */
export interface Schedule {
  /** Whether a multiple of the interval has been reached since it was asked last. The first time asked is its zero. */
  isDue(ts: number): boolean;
}

export function schedule(everyMs: number): Schedule {
  let zeroTs = NaN;
  let reached = 0;
  return {
    isDue(ts) {
      if (Number.isNaN(zeroTs)) zeroTs = ts;
      const multiple = Math.floor((ts - zeroTs) / everyMs);
      if (multiple <= reached) return false;
      reached = multiple;
      return true;
    },
  };
}
