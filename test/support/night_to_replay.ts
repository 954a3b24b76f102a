import { configWith } from "./repo_config.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { type SimNight, simNight, type SimNightOptions } from "./sim_night.ts";

/** Nights of twenty seconds that trade often, on files in memory. */

export const BUSY: readonly string[] = [
  "duration_ms=20000",
  "strategy.list.1.parameters={bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.1, cooldown_ms: 0}",
];

export interface NightToReplay extends SimNight {
  readonly files: MemoryFiles;
}

export async function nightToReplay(
  sets: readonly string[],
  options: Partial<SimNightOptions> = {},
): Promise<NightToReplay> {
  const files = memoryFiles();
  return { ...await simNight({ config: configWith([...BUSY, ...sets]), files, ...options }), files };
}
