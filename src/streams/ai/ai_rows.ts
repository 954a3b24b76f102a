import type { AiRow } from "../../core/ai_mail.ts";

/** The form of a row: what is known of a symbol at a moment, and what became of it. */

/** Another meaning of a column is another version: a model never reads columns that it was not trained on. */
export const FEATURES_VERSION = "1";

export const FEATURE_NAMES = [
  "return_1s",
  "return_5s",
  "return_15s",
  "return_60s",
  "displacement_3s",
  "displacement_10s",
  "displacement_60s",
  "volatility_ratio",
  "imbalance",
  "rsi",
  "spread",
  "flow",
  "signal",
] as const;

/** No feature is further from 0 than this. */
export const FEATURE_MAX = 4;

/** Time, place of the symbol in the task, 1 where the price was higher; then the features. */
export const ROW_HEAD = 3;
export const ROW_LENGTH: number = ROW_HEAD + FEATURE_NAMES.length;

export function isRow(value: unknown, symbols: number): value is AiRow {
  if (!Array.isArray(value) || value.length !== ROW_LENGTH) return false;
  const [ts, symbol, up, ...features] = value as readonly unknown[];
  return Number.isSafeInteger(ts) && (ts as number) >= 0 &&
    Number.isSafeInteger(symbol) && (symbol as number) >= 0 && (symbol as number) < symbols &&
    (up === 0 || up === 1) &&
    features.every((feature) => typeof feature === "number" && Math.abs(feature) <= FEATURE_MAX);
}
