/** The round trips of the last probes and what they amount to. */
export interface LatencyHistory {
  add(latencyMs: number): void;
  /** The nearest rank: the least latency that `percent` of all do not exceed; null where there is none. */
  percentileMs(percent: number): number | null;
}

const LATENCIES_MAX = 360;

export function latencyHistory(): LatencyHistory {
  const latenciesMs: number[] = [];
  let oldest = 0;
  return {
    add(latencyMs) {
      if (latenciesMs.length < LATENCIES_MAX) latenciesMs.push(latencyMs);
      else {
        latenciesMs[oldest] = latencyMs;
        oldest = (oldest + 1) % LATENCIES_MAX;
      }
    },
    percentileMs(percent) {
      const sorted = latenciesMs.toSorted((a, b) => a - b);
      return sorted[Math.ceil(percent * sorted.length / 100) - 1] ?? null;
    },
  };
}
