import type { BinanceConfig } from "../../../core/config.ts";
import type { Random } from "../../../core/random.ts";

/**
 * How long to wait before trying again: from nothing to a bound that doubles each time. The whole span is random
 * ("full jitter"), so that clients cut off together do not come back together.
 */
export interface Backoff {
  nextMs(): number;
  /** It works again: the next wait is a short one. */
  reset(): void;
}

export function backoff(config: BinanceConfig["backoff"], random: Random): Backoff {
  const { most_ms } = config;
  const first = Math.min(config.first_ms, most_ms);
  let bound = first;
  return {
    nextMs() {
      const waitMs = random.next() * bound;
      bound = Math.min(bound * 2, most_ms);
      return waitMs;
    },
    reset() {
      bound = first;
    },
  };
}
