import type { AiModel, AiRow } from "../../core/ai_mail.ts";
import { FEATURE_NAMES } from "./ai_rows.ts";
import { onlineLearner, scoreOf, WEIGHT_MAX } from "./online_learner.ts";
import { SLOPE_MAX } from "./score_calibration.ts";

/** A model from a dataset and what it says of features: pure, so that the host can train again and must get the same. */

const PROBABILITY_MIN = 0.001;

/** One pass over the rows, oldest first. */
export function trainModel(rows: readonly AiRow[], horizonMs: number): AiModel {
  const learner = onlineLearner(horizonMs);
  for (const row of rows) learner.learn(row);
  return learner.model();
}

/** The probability that the price will be higher. `start`: where in `values` the features begin. */
export function predict(model: AiModel, values: readonly number[], start = 0): number {
  const [mean, slope] = model.calibration;
  const probability = model.base_rate + slope! * (scoreOf(model.weights, values, start) - mean!);
  return Math.max(PROBABILITY_MIN, Math.min(1 - PROBABILITY_MIN, probability));
}

const FIELDS = "form horizon_ms base_rate weights calibration";

/** Whether a value from outside is a model, and nothing beside: in the order in which it was hashed. */
export function isModel(value: unknown): value is AiModel {
  if (typeof value !== "object" || value === null || Object.keys(value).join(" ") !== FIELDS) return false;
  const { form, horizon_ms, base_rate, weights, calibration } = value as Readonly<Record<string, unknown>>;
  return form === "logistic_1" &&
    Number.isSafeInteger(horizon_ms) && (horizon_ms as number) > 0 &&
    isWithin(base_rate, 0, 1) &&
    Array.isArray(weights) && weights.length === FEATURE_NAMES.length + 1 &&
    weights.every((weight) => isWithin(weight, -WEIGHT_MAX, WEIGHT_MAX)) &&
    Array.isArray(calibration) && calibration.length === 2 &&
    isWithin(calibration[0], 0, 1) && isWithin(calibration[1], 0, SLOPE_MAX);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}
