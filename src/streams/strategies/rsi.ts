/**
 * Relative strength index after Wilder, incrementally: the first value is the plain mean of `period` changes,
 * every later change goes in with weight 1/period. Only + − × ÷, so every engine gives the same double.
 */
export interface Rsi {
  /** Takes the next close; gives the index, 0 to 100, or null until `period` changes are known. */
  next(close: number): number | null;
}

export function rsi(period: number): Rsi {
  let before = NaN;
  let changes = 0;
  let gain = 0; // a sum until the first value, a mean from then on
  let loss = 0;
  return {
    next(close) {
      if (Number.isNaN(before)) {
        before = close;
        return null;
      }
      const change = close - before;
      before = close;
      const up = change > 0 ? change : 0;
      const down = change < 0 ? -change : 0;
      changes = Math.min(changes + 1, period + 1);
      if (changes <= period) {
        gain += up;
        loss += down;
        if (changes < period) return null;
        gain /= period;
        loss /= period;
      } else {
        gain = (gain * (period - 1) + up) / period;
        loss = (loss * (period - 1) + down) / period;
      }
      // A market that has not moved at all is neither strong nor weak; common formulas would say 100, or NaN.
      return gain + loss === 0 ? 50 : 100 * (gain / (gain + loss));
    },
  };
}
