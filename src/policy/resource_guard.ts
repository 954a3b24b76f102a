import { resourceExcess, type ResourceLimits, type ResourceSample } from "../core/resource_limits.ts";

/** Refuses to start where the machine does not leave a night what it may need, or it has used that up already. */
export interface MachineFacts extends ResourceSample {
  /** What the system lets the process and its group have, in MB; null: no limit, or it does not say. */
  readonly memory_limit_mb: number | null;
  /** Files and sockets that it may hold open; null as above. */
  readonly open_files_max: number | null;
}

/** Every queue holds three open, each segment, artefact and socket one more. */
const OPEN_FILES_MIN = 128;

export function resourceProblem(facts: MachineFacts, limits: ResourceLimits): string | null {
  const { memory_limit_mb: memoryMb, open_files_max: openFiles } = facts;
  if (memoryMb !== null && memoryMb < limits.rss_mb_max) {
    return `the system ends this process at ${memoryMb} MB, before it could stop by itself at ` +
      `${limits.rss_mb_max} MB: raise that limit, or lower watchdog.rss_mb_max`;
  }
  if (openFiles !== null && openFiles < OPEN_FILES_MIN) {
    return `this process may hold ${openFiles} files open, a night needs ${OPEN_FILES_MIN}: raise ulimit -n`;
  }
  return resourceExcess(facts, limits);
}
