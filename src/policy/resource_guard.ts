import type { ResourceLimits } from "../core/resource_limits.ts";

/**
 * Refuses to start where the system does not leave a night what it may need. What the night then uses is sampled, and
 * judged by the watchdog.
 */
export interface MachineFacts {
  /** What the system lets the process and its group have, in MB; null: no limit, or it does not say. */
  readonly memory_limit_mb: number | null;
  /** Files and sockets that it may hold open; null as above. */
  readonly open_files_max: number | null;
}

/** Every queue holds three open, each segment, artefact and socket one more. */
const OPEN_FILES_MIN = 128;

export function resourceProblem(
  { memory_limit_mb: memoryMb, open_files_max: openFiles }: MachineFacts,
  { rss_mb_max: rssMbMax }: Pick<ResourceLimits, "rss_mb_max">,
): string | null {
  if (memoryMb !== null && memoryMb < rssMbMax) {
    return `the system ends this process at ${memoryMb} MB, before it could stop by itself at ` +
      `${rssMbMax} MB: raise that limit, or lower watchdog.rss_mb_max`;
  }
  if (openFiles !== null && openFiles < OPEN_FILES_MIN) {
    return `this process may hold ${openFiles} files open, a night needs ${OPEN_FILES_MIN}: raise ulimit -n`;
  }
  return null;
}
