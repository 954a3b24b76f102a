/**
 * Round trips of the probes, for exact ranks. Where there are more than are kept, the ranks are gone and the count
 * remains: a rank over some of them would not be that of the night.
 */
export interface Latencies {
  /** Ascending. */
  readonly sortedMs: number[];
  /** Of all, kept or not. */
  count: number;
}

/** Eleven days of a probe every ten seconds. */
export const LATENCIES_MAX = 100_000;

export function openLatencies(): Latencies {
  return { sortedMs: [], count: 0 };
}

export function addLatency(latencies: Latencies, ms: number): void {
  const { sortedMs } = latencies;
  latencies.count++;
  if (latencies.count > LATENCIES_MAX) {
    sortedMs.length = 0;
    return;
  }
  let from = 0;
  let to = sortedMs.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sortedMs[middle]! <= ms) from = middle + 1;
    else to = middle;
  }
  sortedMs.splice(from, 0, ms);
}

/** Nearest rank: the smallest that at least `percent` of all do not exceed; null where there is none to give. */
export function latencyRank({ sortedMs }: Latencies, percent: number): number | null {
  return sortedMs[Math.ceil(percent * sortedMs.length / 100) - 1] ?? null;
}
