import type { ParameterSchema } from "./strategy.ts";

/**
 * A strategy's own idea of whether it is in: an entry when flat and rested, an exit when long, nothing else.
 * It is an idea only: risk may have refused the entry, and then refuses the exit too.
 */
export interface LongOrFlat {
  mayEnter(ts: number): boolean;
  enter(ts: number): void;
  /** True once after each entry, whatever the cooldown. */
  exit(): boolean;
}

export const COOLDOWN_SCHEMA: ParameterSchema = {
  type: "integer",
  description: "Least time between two entries into one symbol; exits do not wait",
  default: 1_200_000,
  minimum: 0,
  maximum: 86_400_000,
};

export function longOrFlat(cooldownMs: number): LongOrFlat {
  let isLong = false;
  let restedTs = -Infinity;
  return {
    mayEnter: (ts) => !isLong && ts >= restedTs,
    enter(ts) {
      isLong = true;
      restedTs = ts + cooldownMs;
    },
    exit() {
      const wasLong = isLong;
      isLong = false;
      return wasLong;
    },
  };
}
