import type { WatchdogOptions } from "../../src/streams/watchdog/watchdog_role.ts";

/** Small ones, so that a test meets them soon. */
export const LIMITS: WatchdogOptions["watchdog"] = {
  role_late_ms: 15_000,
  restarts_max: 2,
  rss_mb_max: 500,
  heap_mb_max: 300,
  cpu_pct_max: 150,
  loop_lag_ms_max: 100,
  handles_max: 40,
};

export const AI_LIMITS: WatchdogOptions["ai"] = { restarts: { limit: 2 } };
