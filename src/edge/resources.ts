import { defer, filter, interval, map, type Observable } from "rxjs";
import type { SchedulerLike } from "rxjs";
import type { Draft } from "../core/event.ts";
import type { Clock } from "../core/ports.ts";

/** What the process uses of its machine, as health of the watchdog. It measures; what is too much is decided elsewhere. */
export interface ResourceOptions {
  readonly clock: Clock;
  /** Real milliseconds, which no one sets. */
  readonly elapsed: Clock;
  readonly everyMs: number;
  readonly startedTs: number;
  readonly scheduler: SchedulerLike;
  readonly use: () => ProcessUse;
}

/** What a runtime says of its process. */
export interface ProcessUse {
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Of all its threads, since its start. */
  readonly cpuMs: number;
  /** Null where the runtime does not say. */
  readonly handles: number | null;
}

/** A delay of the event loop is seen by a timer of this period that comes late. */
const LOOK_EVERY_MS = 100;
const MB = 1_000_000;

/** A timer of our own: not every runtime that has monitorEventLoopDelay of perf_hooks measures with it. */
export function resources(options: ResourceOptions): Observable<Draft<"health">> {
  const { clock, elapsed, everyMs, startedTs, scheduler, use } = options;
  const looks = Math.ceil(everyMs / LOOK_EVERY_MS);
  const lookEveryMs = everyMs / looks;
  return defer(() => {
    let lookedMs = elapsed.now();
    let lagMs = 0;
    let sampledMs = lookedMs;
    let cpuMs = use().cpuMs;
    return interval(lookEveryMs, scheduler).pipe(
      filter((index) => {
        const nowMs = elapsed.now();
        lagMs = Math.max(lagMs, nowMs - lookedMs - lookEveryMs);
        lookedMs = nowMs;
        return (index + 1) % looks === 0;
      }),
      map((): Draft<"health"> => {
        const ts = clock.now();
        const loop_lag_ms = Math.round(lagMs);
        lagMs = 0;
        const { rssBytes, heapBytes, cpuMs: usedMs, handles } = use();
        const cpu_pct = Math.round((usedMs - cpuMs) * 100 / Math.max(1, lookedMs - sampledMs));
        sampledMs = lookedMs;
        cpuMs = usedMs;
        return {
          type: "health",
          source: "watchdog_role",
          ts,
          cause: null,
          payload: {
            role: "watchdog_role",
            state: "UP",
            uptime_s: Math.max(0, ts - startedTs) / 1000,
            origin: "input",
            rss_mb: Math.round(rssBytes / MB),
            heap_mb: Math.round(heapBytes / MB),
            cpu_pct,
            loop_lag_ms,
            ...(handles === null ? {} : { handles }),
          },
        };
      }),
    );
  });
}
