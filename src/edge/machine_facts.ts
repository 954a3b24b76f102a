import { readFileSync } from "node:fs";
import process from "node:process";
import { readProcessFacts } from "./process_facts.ts";
import type { ProcessUse } from "./resources.ts";

/** How much of the machine this process may use. null: no limit, or the system does not say. */
export interface MachineLimits {
  readonly memory_limit_mb: number | null;
  readonly open_files_max: number | null;
}

const MB = 1_000_000;

export function readMachineLimits(
  readLimits: () => string = () => readFileSync("/proc/self/limits", "utf8"),
  memoryLimit: () => number | "none" | null = () => readProcessFacts().memoryMaxBytes,
): MachineLimits {
  const bytes = memoryLimit();
  return {
    memory_limit_mb: typeof bytes === "number" ? Math.floor(bytes / MB) : null,
    open_files_max: openFilesIn(readLimits),
  };
}

export function readProcessUse(): ProcessUse {
  const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage();
  const { user, system } = process.cpuUsage(); // microseconds
  const handles = process.getActiveResourcesInfo?.().length ?? null;
  return { rssBytes, heapBytes, cpuMs: (user + system) / 1000, handles };
}

function openFilesIn(readLimits: () => string): number | null {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(readLimits())?.[1];
    return soft === undefined || soft === "unlimited" ? null : Number(soft);
  } catch {
    return null; // not linux, or not granted
  }
}
