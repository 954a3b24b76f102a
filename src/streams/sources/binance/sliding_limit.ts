/** At most `limit` of something in any span of `windowMs`. Remembers no more than `limit` times. */
export interface SlidingLimit {
  /** From when on there is room for one more. */
  readonly freeAtMs: number;
  /** Uses up a place where there is one. */
  take(nowMs: number): boolean;
}

export function slidingLimit(limit: number, windowMs: number): SlidingLimit {
  const takenMs: number[] = [];
  /** In the ring: the oldest, which the next one overwrites. */
  let oldest = 0;
  const freeAtMs = () => takenMs.length < limit ? -Infinity : takenMs[oldest]! + windowMs;
  return {
    get freeAtMs() {
      return freeAtMs();
    },
    take(nowMs) {
      if (nowMs < freeAtMs()) return false;
      if (takenMs.length < limit) takenMs.push(nowMs);
      else {
        takenMs[oldest] = nowMs;
        oldest = (oldest + 1) % limit;
      }
      return true;
    },
  };
}
