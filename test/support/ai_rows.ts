import type { AiRow } from "../../src/core/ai_mail.ts";
import { randomStream } from "../../src/core/random.ts";
import { FEATURE_NAMES } from "../../src/streams/ai/ai_rows.ts";

/** Rows of a made-up symbol, two seconds apart. */
export interface MadeUp {
  readonly seed: number;
  readonly count: number;
  readonly firstTs?: number;
  /** How far the chance of `up` leans after the first feature: 0 = it tells nothing, negative = against it. */
  readonly lean: number;
}

export function madeUpRows({ seed, count, firstTs = 0, lean }: MadeUp): readonly AiRow[] {
  const random = randomStream(seed, "rows");
  return Array.from({ length: count }, (_, i) => {
    const features = FEATURE_NAMES.map(() => Math.round(random.bell() * 1e6) / 1e6);
    const up = random.next() < 0.5 + lean * (features[0]! > 0 ? 1 : -1) ? 1 : 0;
    return [firstTs + i * 2000, 0, up, ...features];
  });
}
