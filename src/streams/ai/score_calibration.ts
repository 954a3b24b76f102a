/**
 * How far a model's scores can be believed: by how much the outcome rose with the score, over scores that were made
 * before their outcome was known. Older ones fade, so the last part of the rows counts most.
 */
export interface ScoreCalibration {
  /** The mean score: it means the base rate. */
  readonly mean: number;
  add(score: number, up: number): void;
  /** What a step of the score is worth in probability: 0 to SLOPE_MAX. */
  slope(): number;
}

/** More than it says is never believed. */
export const SLOPE_MAX = 1;

/** What a score weighs once another has come. */
const KEPT = 0.9995;
/** Half of what it says is believed at first, and given up as slowly as so much spread of scores weighs. */
const PRIOR_SLOPE = 0.5;
const PRIOR_SPREAD = 10;

export function scoreCalibration(): ScoreCalibration {
  let weight = 0;
  let mean = 0.5;
  let meanUp = 0.5;
  // sums of products of the distances from the means
  let spread = 0;
  let shared = 0;
  return {
    get mean() {
      return mean;
    },
    add(score, up) {
      weight = weight * KEPT + 1;
      const off = score - mean;
      const part = 1 - 1 / weight;
      spread = spread * KEPT + part * off * off;
      shared = shared * KEPT + part * off * (up - meanUp);
      mean += off / weight;
      meanUp += (up - meanUp) / weight;
    },
    slope() {
      const slope = (shared + PRIOR_SLOPE * PRIOR_SPREAD) / (spread + PRIOR_SPREAD);
      return Math.max(0, Math.min(SLOPE_MAX, slope));
    },
  };
}
