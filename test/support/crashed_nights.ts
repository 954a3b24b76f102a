import { assessRun, type Need } from "../../src/commands/assess_run.ts";
import type { Config } from "../../src/core/config.ts";
import type { Event } from "../../src/core/event.ts";
import type { Files, PolicyGate } from "../../src/core/ports.ts";
import { randomStream } from "../../src/core/random.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import type { ClosedRun } from "../../src/night/close_run.ts";
import { recoverRun, recoverViews } from "../../src/night/recover_run.ts";
import { readContracts, readManifest } from "../../src/night/run_basis.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import type { Verification } from "../../src/verify/verify_run.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { shortConfig, shortNight } from "./short_night.ts";
import { SIM_START_TS, type SimNight, type SimNightOptions, simSigner } from "./sim_night.ts";

/** A short night's disk as a crash would leave it at each of its calls, and what recovers it. */
export interface CrashedNight {
  readonly night: SimNight & { readonly files: MemoryFiles };
  readonly events: readonly Event[];
  readonly config: Config;
  readonly gate: PolicyGate;
  readonly crashes: readonly Crash[];
}

export interface Crash {
  /** The call that did not come any more. */
  readonly before: string;
  /** Killed: all that was written is there. Torn: but for the end of the last write. Power: what was synced. */
  readonly kind: "killed" | "torn" | "power";
  /** The disk then, anew at each call. */
  disk(): MemoryFiles;
}

export async function crashedNight(
  options: Partial<SimNightOptions> = {},
  calls: (call: string, path: string) => boolean = () => true,
): Promise<CrashedNight> {
  await shortNight(); // makes gate and contracts, which all others use
  const files = memoryFiles();
  const recorder = recordCrashes(files, calls);
  let gate: PolicyGate | null = null;
  const night = await shortNight({
    ...options,
    files,
    onOpened(run) {
      gate = run.gate;
      return options.onOpened?.(run) ?? run;
    },
  });
  files.fault = null;
  const config = options.config ?? shortConfig;
  const events = eventsOf(files, night.runFolder);
  return { night: { ...night, files }, events, config, gate: gate!, crashes: recorder };
}

/** Fills the list with what a crash before each call would leave, from now on. */
export function recordCrashes(
  files: MemoryFiles,
  isMeant: (call: string, path: string) => boolean = () => true,
): readonly Crash[] {
  const crashes: Crash[] = [];
  const random = randomStream(1, "crashes");
  let lost = new Map<string, Uint8Array>();
  let written: { readonly path: string; readonly bytes: number } | null = null;
  files.fault = (call, path) => {
    const last = written;
    written = call === "write" ? { path, bytes: files.contents.get(path)!.length } : null;
    if (!isMeant(call, path)) return;
    const before = `${call} ${path}`;
    const now = new Map(files.contents);
    crashes.push({ before, kind: "killed", disk: () => diskOf(now) });
    if (last !== null && now.has(last.path)) {
      const bytes = now.get(last.path)!;
      const end = last.bytes + 1 + random.below(Math.max(1, bytes.length - last.bytes - 1));
      crashes.push({
        before,
        kind: "torn",
        disk: () => diskOf(new Map(now).set(last.path, bytes.slice(0, end))),
      });
    }
    const synced = new Map(files.afterPowerLoss().contents);
    if (isEqual(synced, lost)) return;
    lost = synced;
    crashes.push({ before, kind: "power", disk: () => diskOf(synced) });
  };
  return crashes;
}

function isEqual(a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean {
  return a.size === b.size && [...a].every(([path, bytes]) => b.get(path) === bytes);
}

export function diskOf(contents: ReadonlyMap<string, Uint8Array>): MemoryFiles {
  const disk = memoryFiles();
  for (const [path, bytes] of contents) disk.contents.set(path, bytes);
  return disk;
}

export function assess(
  { night }: CrashedNight,
  files: Files,
): { readonly need: Need; readonly verification: Verification } {
  return assessRun(files, night, () => {});
}

/** When the process is started again. */
export const RECOVERED_TS: number = SIM_START_TS + 3_600_000;

/** What the command does where there is something to do. */
export async function recoverOn(
  { night: { runFolder, varFolder }, config, gate }: CrashedNight,
  files: Files,
  need: "end" | "views",
  print: (line: string) => void = () => {},
): Promise<ClosedRun | null> {
  const options = {
    files,
    clock: virtualClock(RECOVERED_TS),
    signer: simSigner,
    varFolder,
    runFolder,
    manifest: readManifest(files, runFolder),
    config,
    contracts: readContracts(files, runFolder),
    gate,
    symbols: new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules])),
    print,
  };
  if (need === "end") return await recoverRun(options);
  await recoverViews(options);
  return null;
}
