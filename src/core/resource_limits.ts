/** What a process uses of its machine; left out is what the runtime does not say. */
export interface ResourceSample {
  readonly rss_mb?: number;
  readonly heap_mb?: number;
  /** Of one core, over the time since the sample before; above 100 where several work. */
  readonly cpu_pct?: number;
  readonly loop_lag_ms?: number;
  /** Open sockets, files, timers. */
  readonly handles?: number;
}

export interface ResourceLimits {
  readonly rss_mb_max: number;
  readonly heap_mb_max: number;
  readonly cpu_pct_max: number;
  readonly loop_lag_ms_max: number;
  readonly handles_max: number;
}

/** The first limit that a sample is beyond, for a reader; null where it keeps to all. What was not measured is not judged. */
export function resourceExcess(sample: ResourceSample, limits: ResourceLimits): string | null {
  const judged: readonly (readonly [measured: number | undefined, most: number, text: string])[] = [
    [sample.rss_mb, limits.rss_mb_max, "resident memory is # MB"],
    [sample.heap_mb, limits.heap_mb_max, "the heap holds # MB"],
    [sample.cpu_pct, limits.cpu_pct_max, "the processor was used for # % of a core"],
    [sample.loop_lag_ms, limits.loop_lag_ms_max, "the event loop was late by # ms"],
    [sample.handles, limits.handles_max, "# handles are open"],
  ];
  for (const [measured, most, text] of judged) {
    if (measured !== undefined && measured > most) {
      return `${text.replace("#", String(measured))}, at most ${most}`;
    }
  }
  return null;
}
