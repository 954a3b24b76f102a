import type { OpenRun } from "../../src/night/open_run.ts";
import { randomStream } from "../../src/core/random.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { type CrashedNight, turnEndsOf } from "./crashed_nights.ts";
import { durableEvents } from "./failing_disk.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { shortConfig, shortNight } from "./short_night.ts";

/** A short night's disk as a power loss may leave it that comes while the disk writes in an order of its own. */
export interface DisorderedNight {
  readonly crashed: CrashedNight;
  readonly states: readonly DisorderedState[];
}

export interface DisorderedState {
  readonly what: string;
  /** The disk then, anew at each call. */
  disk(): MemoryFiles;
  /** Some file has a sector that reads as NULs. */
  readonly isHoled: boolean;
  /** Events that had been synced, without a gap. */
  readonly durable: number;
}

/** `perCall` states before each call of the night from its first event on, of which each is taken once. */
export async function disorderedNight(seed: number, perCall: number): Promise<DisorderedNight> {
  await shortNight(); // makes gate and contracts, which all others use
  const files = memoryFiles();
  let opened: OpenRun | null = null;
  const states = recordDisorder(files, { seed, perCall, isOpen: () => opened !== null });
  const night = await shortNight({ files, onOpened: (run) => opened = run });
  files.fault = null;
  const events = eventsOf(files, night.runFolder);
  const crashed = {
    night: { ...night, files },
    events,
    turnEnds: turnEndsOf(events),
    config: shortConfig,
    gate: opened!.gate,
    crashes: [],
  };
  return { crashed, states };
}

/** Fills the list with what a power loss before each call may leave, from now on. */
export function recordDisorder(
  files: MemoryFiles,
  { seed, perCall, isOpen = () => true }: {
    readonly seed: number;
    readonly perCall: number;
    readonly isOpen?: () => boolean;
  },
): readonly DisorderedState[] {
  const states: DisorderedState[] = [];
  const seen = new Set<string>();
  const random = randomStream(seed, "disorder");
  files.fault = (call, path) => {
    if (!isOpen() || call === "freeBytes") return;
    const durable = durableEvents(files).length;
    for (let i = 0; i < perCall; i++) {
      const { contents } = files.afterDisorder(random);
      const key = keyOf(contents);
      if (seen.has(key)) continue;
      seen.add(key);
      const isHoled = [...contents].some(([name, bytes]) => name.endsWith(".jsonl") && bytes.includes(0));
      const what = `state ${states.length}, before ${call} ${path}`;
      states.push({ what, disk: () => memoryFiles(contents), isHoled, durable });
    }
  };
  return states;
}

function keyOf(contents: ReadonlyMap<string, Uint8Array>): string {
  const names = [...contents.keys()].sort();
  return sha256Hex(names.map((name) => `${name} ${sha256Hex(contents.get(name)!)}`).join("\n"));
}
