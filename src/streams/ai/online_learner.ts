import type { AiModel, AiRow } from "../../core/ai_mail.ts";
import { FEATURE_NAMES, ROW_HEAD } from "./ai_rows.ts";
import { scoreCalibration } from "./score_calibration.ts";

/**
 * Learns the direction of the price row by row: a logistic regression by FTRL-proximal, and beside it how far its
 * scores can be believed. Only + − × ÷ and a square root, in a fixed order: the same rows give the same bits
 * everywhere. A row is scored when it comes, and learned from once its outcome was known at the time of a later row:
 * outcomes overlap, so a score that knew the last one would be half a look into the future.
 */
export interface OnlineLearner {
  readonly rows: number;
  learn(row: AiRow): void;
  /** What the rows so far have taught. */
  model(): AiModel;
}

const WEIGHTS = FEATURE_NAMES.length + 1;
export const WEIGHT_MAX = 64;

const LEARNING_RATE = 0.03;
const LEARNING_START = 1;
const RIDGE = 30;

/** Rows of one horizon overlap, so a few hundred of them say little: as if so many had gone up, and so many not. */
const PRIOR_ROWS = 100;

export function onlineLearner(horizonMs: number): OnlineLearner {
  const gradients = new Float64Array(WEIGHTS);
  const squares = new Float64Array(WEIGHTS);
  const weights = new Float64Array(WEIGHTS);
  const calibration = scoreCalibration();
  const waiting: AiRow[] = [];
  let rows = 0;
  let ups = 0;

  /** FTRL-proximal (McMahan et al. 2013): a rate of its own for each weight, a ridge, no lasso. */
  function move(place: number, gradient: number): void {
    const before = squares[place]!;
    const after = before + gradient * gradient;
    const rateChange = (Math.sqrt(after) - Math.sqrt(before)) / LEARNING_RATE;
    gradients[place] = gradients[place]! + gradient - rateChange * weights[place]!;
    squares[place] = after;
    const weight = -gradients[place]! / ((LEARNING_START + Math.sqrt(after)) / LEARNING_RATE + RIDGE);
    weights[place] = Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, weight));
  }

  /** The link's own loss, its integral less outcome × z, is convex and has this gradient. */
  function learnFrom(row: AiRow): void {
    const error = scoreOf(weights, row, ROW_HEAD) - row[2]!;
    for (let i = 1; i < WEIGHTS; i++) move(i, error * row[ROW_HEAD + i - 1]!);
  }

  function learnUntil(ts: number): void {
    let known = 0;
    while (known < waiting.length && waiting[known]![0]! + horizonMs <= ts) learnFrom(waiting[known++]!);
    if (known > 0) waiting.splice(0, known);
  }

  return {
    get rows() {
      return rows;
    },
    learn(row) {
      learnUntil(row[0]!);
      calibration.add(scoreOf(weights, row, ROW_HEAD), row[2]!);
      waiting.push(row);
      rows++;
      ups += row[2]!;
    },
    model() {
      return {
        form: "logistic_1",
        horizon_ms: horizonMs,
        base_rate: (ups + PRIOR_ROWS) / (rows + 2 * PRIOR_ROWS),
        weights: [...weights],
        calibration: [calibration.mean, calibration.slope()],
      };
    },
  };
}

/** What the weights say of the features, which stand in `values` from `start` on: in (0, 1), not yet calibrated. No
 * weight is learned for the bias: that is the base rate's. */
export function scoreOf(weights: ArrayLike<number>, values: readonly number[], start: number): number {
  let sum = weights[0]!;
  for (let i = 1; i < weights.length; i++) sum += weights[i]! * values[start + i - 1]!;
  return 0.5 + 0.5 * sum / (1 + Math.abs(sum));
}
