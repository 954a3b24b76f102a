import * as assert from "uvu/assert";
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
  /** Behind each turn the number of events so far. */
  readonly turnEnds: readonly number[];
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
      const letter = { queue: "market_ticks", reason_code: "TICK_UNUSABLE", detail: "no price" };
      run.journal.deadletter({ ...letter, ts: SIM_START_TS, raw: new Uint8Array([1, 2, 3]) });
      return options.onOpened?.(run) ?? run;
    },
  });
  files.fault = null;
  const config = options.config ?? shortConfig;
  const events = eventsOf(files, night.runFolder);
  const turnEnds = turnEndsOf(events);
  return { night: { ...night, files }, events, turnEnds, config, gate: gate!, crashes: recorder };
}

/** Behind each turn the number of events so far, 0 first. */
export function turnEndsOf(events: readonly Event[]): readonly number[] {
  return [
    0,
    ...events.flatMap((event, n) => n > 0 && causeOf(event) === undefined ? [n] : []),
    events.length,
  ];
}

const causeOf = ({ payload }: Event) => (payload as { readonly cause?: string }).cause;

/** Fills the list with what a crash before each call would leave, from now on. */
export function recordCrashes(
  files: MemoryFiles,
  isMeant: (call: string, path: string) => boolean = () => true,
): readonly Crash[] {
  const crashes: Crash[] = [];
  const random = randomStream(1, "crashes");
  let seen: ReadonlyMap<string, Uint8Array> = new Map();
  let synced: ReadonlyMap<string, Uint8Array> = new Map();
  let written: { readonly path: string; readonly bytes: number } | null = null;
  files.fault = (call, path) => {
    const last = written;
    written = call === "write" ? { path, bytes: files.contents.get(path)!.length } : null;
    if (!isMeant(call, path)) return;
    const before = `${call} ${path}`;
    if (!isEqual(files.contents, seen)) {
      const now = new Map(files.contents);
      seen = now;
      crashes.push({ before, kind: "killed", disk: () => diskOf(now) });
      if (last !== null && now.has(last.path)) {
        const bytes = now.get(last.path)!;
        const end = last.bytes + 1 + random.below(Math.max(1, bytes.length - last.bytes - 1));
        const torn = new Map(now).set(last.path, bytes.slice(0, end));
        crashes.push({ before, kind: "torn", disk: () => diskOf(torn) });
      }
    }
    const kept = new Map(files.afterPowerLoss().contents);
    if (isEqual(kept, synced)) return;
    synced = kept;
    crashes.push({ before, kind: "power", disk: () => diskOf(kept) });
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

/** Recovers, checks all that must hold of any recovered run, and gives what was kept of its log. */
export async function recovered(
  from: CrashedNight,
  disk: MemoryFiles,
  what: string,
  keptMax: number = Infinity,
): Promise<readonly Event[] | null> {
  const { need, verification } = assess(from, disk);
  if (need === "damaged" || need === "nothing") return null;
  const closed = await recoverOn(from, disk, need);
  assert.equal(closed?.problems ?? [], [], what);
  const after = assess(from, disk);
  assert.equal(after.verification.findings.problems, [], what);
  assert.equal([after.need, after.verification.complete], ["nothing", true], what);
  assert.not.ok(disk.exists("/var/ballast"), what);
  const all = eventsOf(disk, from.night.runFolder);
  if (need === "views") return all;
  const kept = from.turnEnds.findLast((end) => end <= Math.min(verification.events, keptMax))!;
  assert.equal(all.slice(0, kept), from.events.slice(0, kept), what);
  // Nothing is left of a turn that was cut; a night without a turn starts again.
  if (kept > 0 && kept < all.length) assert.not.equal(all[kept], from.events[kept], what);
  return all.slice(0, kept);
}
