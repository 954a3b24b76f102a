import { asapScheduler, NEVER } from "rxjs";
import * as assert from "uvu/assert";
import type { Event, Lifecycle } from "../../src/core/event.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import type { Files } from "../../src/core/ports.ts";
import type { RunIdentity } from "../../src/core/run_identity.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import { type VirtualClock, virtualClock } from "../../src/edge/clocks.ts";
import { CONFIG_SCHEMA } from "./repo_config.ts";
import { type ClosedRun, closeRun } from "../../src/night/close_run.ts";
import { readResumable, type RefusedRun, type ResumeOptions, resumeRun } from "../../src/night/resume_run.ts";
import { readBasis } from "../../src/night/run_basis.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { type AdviserRole, type NightParts, runNight } from "../../src/night/run_night.ts";
import type { RunPast } from "../../src/night/run_past.ts";
import { readLog } from "../../src/sinks/log_reader.ts";
import type { FeedPast } from "../../src/streams/sources/binance/feed_past.ts";
import { embeddedAgenda } from "../../src/streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import type { Need } from "../../src/commands/assess_run.ts";
import { assess, type CrashedNight } from "./crashed_nights.ts";
import type { MemoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { simSigner } from "./sim_night.ts";

/** A crashed night of crashed_nights.ts, gone on with in virtual time; and what makes two logs the same night. */

export const RESUMED_HASH: string = "cd".repeat(32);

export interface ResumeOnOptions {
  /** For how long nobody was there; the market inside waits meanwhile. */
  readonly downMs?: number;
  readonly isDurable?: boolean;
  /** In the place of the market inside, in virtual time. */
  readonly market?: (past: FeedPast, fromTs: number) => Pick<NightParts, "pace" | "feed">;
  /** The AI's side of the host, in virtual time. */
  readonly adviser?: (run: OpenRun, past: RunPast, clock: VirtualClock) => AdviserRole;
  /** Called when the night waits for its first input. */
  readonly onStarted?: () => void;
}

/** What a run is taken up with; its clock stands at 0. */
export function optionsOn(
  { night: { runFolder, varFolder }, config, gate }: CrashedNight,
  files: Files,
): ResumeOptions & { readonly clock: VirtualClock } {
  const basis = readBasis(files, runFolder, CONFIG_SCHEMA);
  const { manifest, contracts } = basis;
  return {
    files,
    clock: virtualClock(0),
    signer: simSigner,
    varFolder,
    runFolder,
    manifest,
    config,
    contracts,
    gate,
    symbols: new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules])),
    print: () => {},
    basis: { ...basis, config },
    onProgress: () => {},
  };
}

/** What the command does with a run that is to be gone on with. */
export async function resumeOn(
  from: CrashedNight,
  files: Files,
  options: ResumeOnOptions = {},
): Promise<ClosedRun | RefusedRun> {
  const { config, night: { runFolder, varFolder } } = from;
  const { isDurable = true, downMs = 0 } = options;
  const reopen = optionsOn(from, files);
  const { clock, manifest, basis: { startFacts } } = reopen;
  const found = await readResumable(reopen);
  if (found.kind !== "resumable") return found;
  if (typeof startFacts === "string") throw new Error(startFacts);
  clock.set(found.rebuilt.position.ts + downMs);
  const more = { isDurable, startFacts, cmdlineHash: RESUMED_HASH };
  const { past: { feed: past } } = found.rebuilt;
  const venue = options.market?.(past, clock.now()) ?? null;
  const { run, resumption } = resumeRun({ ...reopen, clock: venue?.pace.clock ?? clock }, found, more);
  const { run_id: runId, started_ts: startedTs, seed } = manifest;
  const market = embeddedMarket({
    seed,
    symbols: config.symbols,
    startTs: startedTs,
    ticksPerS: config.market.embedded.ticks_per_s,
  });
  const agenda = () => embeddedAgenda(market, { onUnusable: () => {}, arrived: past.arrived });
  const ending = runNight({
    ...run,
    identity: { runId, startedTs, venue: manifest.venue, prices: manifest.prices } as RunIdentity,
    config,
    pace: { clock, setTs: (ts) => clock.set(ts), speed: 1, scheduler: asapScheduler },
    marketAgenda: venue === null ? agenda() : null,
    feed: null,
    ai: options.adviser?.(run, found.rebuilt.past, clock) ?? null,
    ...venue,
    vitals$: NEVER,
    operator$: NEVER,
    startProblem: null,
    resumption,
  });
  options.onStarted?.();
  const outcome = await ending;
  const mirror = config.audit.anchor_mirror;
  return closeRun(outcome, { ...run, files, varFolder, runFolder, mirror, runId, isLatching: true });
}

/** Events without what hangs on their number, and without what is said of the crash itself. */
export function withoutNumbers(events: readonly Event[]): readonly unknown[] {
  const isOfCrash = ({ type, payload }: Event) =>
    type === "lifecycle" && ["resumed", "torn_tail"].includes(payload.what);
  return events.filter((event) => !isOfCrash(event)).map(({ type, source, ts, payload }) => ({
    type,
    source,
    ts,
    payload: { ...payload, cause: undefined },
  }));
}

const OF_THE_PROCESS = ["sha256", "n", "last_n", "head", "counts", "policy"];

/** Of a report or a portfolio, what a crash must not change. */
function figuresOf(files: MemoryFiles, path: string): unknown {
  const fields = Object.entries(openArtefact(files.text(path)));
  return fields.filter(([name]) => !OF_THE_PROCESS.includes(name));
}

/** Goes on with it where it may, and checks that it became the night that it would have been. */
export async function resumed(
  from: CrashedNight,
  disk: MemoryFiles,
  what: string,
  options: ResumeOnOptions = {},
): Promise<"resumed" | Need | RefusedRun["kind"]> {
  const { runFolder } = from.night;
  const { need, verification } = assess(from, disk);
  if (need !== "end") return need;
  const runId = runFolder.slice(-15);
  const before = [...readLog(disk, runFolder, { runId, queues: QUEUES })].map(({ event }) => event);
  assert.is(before.length, verification.events, what);
  const { length: calls } = disk.calls;
  const closed = await resumeOn(from, disk, options);
  if ("kind" in closed) {
    assert.is(disk.calls.length, calls, `${what}: refused, but something was written`);
    return closed.kind;
  }
  assert.equal([closed.verdict, closed.problems], ["PASS", []], what);
  const after = assess(from, disk);
  assert.equal(after.verification.findings.problems, [], what);
  assert.equal([after.need, after.verification.complete], ["nothing", true], what);
  const all = eventsOf(disk, runFolder);
  // The last turn may have been cut in its middle; no other may be touched.
  const certain = before.findLastIndex(({ payload }) => !("cause" in payload));
  assert.equal(all.slice(0, certain), before.slice(0, certain), what);
  assert.equal(withoutNumbers(all), withoutNumbers(from.events), what);
  for (const name of ["report.json", "portfolio.json"]) {
    const path = `${runFolder}/${name}`;
    assert.equal(figuresOf(disk, path), figuresOf(from.night.files, path), `${what}: ${name}`);
  }
  return "resumed";
}

/** What the log says of crashes: resumptions, and what was put aside. */
export function crashesIn(files: MemoryFiles, runFolder: string): readonly Lifecycle[] {
  return eventsOf(files, runFolder).flatMap(({ type, payload }) =>
    type === "lifecycle" && ["resumed", "torn_tail"].includes(payload.what) ? [payload] : []
  );
}
