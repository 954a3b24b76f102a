/**
 * Watches how well forecasts do against the base rate, by the test of Page and Hinkley: when they have done worse
 * than they used to for long enough, the market is no longer what was learned. Outcomes within one horizon overlap,
 * so they count as one: the mean over the horizon.
 */
export interface DriftWatch {
  /** The row's time, a forecast made before `up` was known, and the base rate then. */
  add(ts: number, forecast: number, baseRate: number, up: number): void;
  /** Seen, and too little has come since to know better. */
  readonly isDrifting: boolean;
}

/** So many make a past that others are held against. */
export const SPANS_MIN = 20;
/** By so many standard deviations may a span be worse than the mean and count for nothing. */
const ALLOWANCE = 0.5;
/** What must have come together beyond that. */
const ALARM = 10;

export function driftWatch(horizonMs: number): DriftWatch {
  let spanTs = NaN;
  let inSpan = 0;
  let excess = 0;
  // over the spans
  let spans = 0;
  let mean = 0;
  let squares = 0;
  let sum = 0;
  let sinceAlarm = Infinity;

  function beginAnew(): void {
    spans = mean = squares = sum = 0;
  }

  function takeSpan(value: number): void {
    sinceAlarm++;
    const off = value - mean;
    if (spans >= SPANS_MIN && squares > 0) {
      sum = Math.max(0, sum + off / Math.sqrt(squares / spans) - ALLOWANCE);
    }
    spans++;
    mean += off / spans;
    squares += off * (value - mean);
    if (sum <= ALARM) return;
    sinceAlarm = 0;
    beginAnew();
  }

  return {
    get isDrifting() {
      return sinceAlarm < SPANS_MIN;
    },
    add(ts, forecast, baseRate, up) {
      if (ts - spanTs >= horizonMs || Number.isNaN(spanTs)) {
        if (inSpan > 0) takeSpan(excess / inSpan);
        spanTs = ts;
        inSpan = excess = 0;
      }
      inSpan++;
      excess += (forecast - up) * (forecast - up) - (baseRate - up) * (baseRate - up);
    },
  };
}
