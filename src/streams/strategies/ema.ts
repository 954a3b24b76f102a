/**
 * Exponential moving average, incrementally, with weight 2/(period + 1). It is seeded with the plain mean of the
 * first `period` values (others seed with the first value alone). Only + − × ÷, so every engine gives the same double.
 */
export interface Ema {
  /** Takes the next value; gives the average, or null until `period` values are known. */
  next(value: number): number | null;
}

export function ema(period: number): Ema {
  const weight = 2 / (period + 1);
  let count = 0;
  let sum = 0;
  let average = 0;
  return {
    next(value) {
      if (count < period) {
        count++;
        sum += value;
        if (count < period) return null;
        average = sum / period;
      } else {
        average += weight * (value - average);
      }
      return average;
    },
  };
}
