import { from, lastValueFrom, tap } from "rxjs";
import { genesisHead } from "../core/audit_chain.ts";
import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import { type AnyDraft, type Event, type Role, ROLES } from "../core/event.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Machine } from "../core/machine.ts";
import type { Clock, Files, PolicyGate, Signer } from "../core/ports.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import { night, nightRoles } from "../pipeline.ts";
import { type AnchorMirror, reopenMirror } from "../sinks/anchor_mirror.ts";
import { writeAtomic } from "../sinks/atomic_file.ts";
import { Ballast } from "../sinks/ballast.ts";
import { cutBack, putAside, tornFiles } from "../sinks/cut_back.ts";
import { Journal } from "../sinks/journal.ts";
import { wholeLines } from "../sinks/run_position.ts";
import type { ReportFacts } from "../sinks/report.ts";
import { reportPage } from "../sinks/report_page.ts";
import { RunArtefacts } from "../sinks/run_artefacts.ts";
import { readLatch, type StopNotice, writeStopCopy } from "../sinks/stop_flag.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import { type ClosedRun, closeRun, isDiskStop } from "./close_run.ts";
import { rebuildRun, type RebuiltRun } from "./rebuild_run.ts";
import { endReason, lastInputs, readStopCopy, readStopCopyAside } from "./recovery_inputs.ts";
import type { RunManifest } from "./run_basis.ts";
import { noticeOf } from "./run_night.ts";

/**
 * Ends a run whose process ended without an end: what a crash left behind its last whole turn is put aside, and the
 * night goes on for as long as it takes to say why it stops. Call when the run is verified and `var` is locked.
 */
export interface RecoverRunOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** With the key that signed the run so far. */
  readonly signer: Signer;
  readonly varFolder: string;
  readonly runFolder: string;
  readonly manifest: RunManifest;
  /** The run's own. */
  readonly config: Config;
  readonly contracts: Contracts;
  readonly gate: PolicyGate;
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  /** Writes a line for a mirror on standard output. */
  readonly print: (line: string) => void;
}

export async function recoverRun(options: RecoverRunOptions): Promise<ClosedRun> {
  const { files, runFolder, varFolder, manifest: { run_id: runId }, config } = options;
  const { rebuilt, tallying } = await rebuild(options);
  const { position } = rebuilt;
  const reason = endReason(options, position.ts);
  // In this order: only the copy excuses a report without a final anchor.
  putAside(files, runFolder, "report.json");
  putAside(files, runFolder, "STOP.flag");
  const torn = cutTails(options, rebuilt);

  const ballast = new Ballast(files, `${varFolder}/ballast`);
  const journal = openJournal(options, rebuilt, ballast);
  const artefacts = openArtefacts(options);
  const inputs = lastInputs(options, rebuilt, { reason, torn });
  const said = await append(inputs, { options, rebuilt, journal, tallying });
  // Behind the last event a disk that failed has its word in the copy alone.
  const stop = said ?? (isDiskStop(reason) ? reason : null);
  const facts = factsOf(options, { journal, uptimeUntilTs: position.ts });
  const verdict = stop === null ? "PASS" : "STOPPED";
  return closeRun({ verdict, stop, isJournalWhole: true, facts }, {
    files,
    journal,
    artefacts,
    ballast,
    tally: rebuilt.tally,
    varFolder,
    runFolder,
    mirror: config.audit.anchor_mirror,
    runId,
    isLatching: true,
  });
}

/** A run with its final anchor whose process ended before its views: writes what is missing of them, and nothing else. */
export async function recoverViews(options: RecoverRunOptions): Promise<void> {
  const { files, runFolder, varFolder } = options;
  const { rebuilt } = await rebuild(options);
  cutTails(options, rebuilt); // of metrics.jsonl and log.jsonl
  openMirror(options).close();
  const report = `${runFolder}/report.json`;
  if (!files.exists(report)) writeViews(options, rebuilt);
  else {
    const fields = openArtefact(new TextDecoder().decode(files.read(report)));
    writeAtomic(files, `${runFolder}/report.html`, reportPage(fields));
  }
  const ballast = `${varFolder}/ballast`;
  if (files.exists(ballast)) files.remove(ballast);
}

function writeViews(options: RecoverRunOptions, { position, tally, stop: inLog }: RebuiltRun): void {
  const { files, runFolder, varFolder } = options;
  const copy = readStopCopy(options);
  const stop = copy ?? inLog ?? readStopCopyAside(options);
  if (copy === null && stop !== null) writeStopCopy(files, runFolder, stop, readLatch(files, varFolder));
  const letters = [...position.queues.values()].flatMap(({ deadletter }) => deadletter);
  const journal = {
    ts: position.ts,
    lastN: position.nextN - 1,
    head: position.anchors.head,
    deadletters: letters.reduce((sum, { lines }) => sum + lines, 0),
  };
  const facts = factsOf(options, { journal, uptimeUntilTs: position.ts });
  const verdict = stop === null ? "PASS" : "STOPPED";
  openArtefacts(options).finish(tally, facts(verdict, stop?.detail ?? null), position.ts);
}

/** Gives all that was ever cut off, where the log does not say it yet. */
function cutTails(
  { files, runFolder, manifest: { run_id: runId } }: RecoverRunOptions,
  { position, saysTorn }: RebuiltRun,
): ReadonlyMap<string, number> {
  const before = tornFiles(files, runFolder);
  cutBack(files, runFolder, { runId, position });
  const torn = tornFiles(files, runFolder);
  const isSaid = saysTorn && JSON.stringify([...torn]) === JSON.stringify([...before]);
  return isSaid ? new Map() : torn;
}

async function rebuild(
  { files, runFolder, manifest, config, contracts, gate, symbols }: RecoverRunOptions,
): Promise<{ readonly rebuilt: RebuiltRun; readonly tallying: Machine<Tally, Event, never> }> {
  const { run_id: runId, venue } = manifest;
  const tallying = tallyOf(config.strategy.list, contracts.types);
  const rebuilt = await rebuildRun({
    files,
    runFolder,
    runId,
    queues: config.queues.names,
    contracts,
    gate,
    roles: nightRoles({ config, runId, venue, symbols }),
    tallying,
  });
  return { rebuilt, tallying };
}

/** Through the same gates and roles as ever. Gives the first stop. */
async function append(
  inputs: readonly AnyDraft[],
  { options, rebuilt, journal, tallying }: {
    readonly options: RecoverRunOptions;
    readonly rebuilt: RebuiltRun;
    readonly journal: Journal;
    readonly tallying: Machine<Tally, Event, never>;
  },
): Promise<StopNotice | null> {
  let stop = rebuilt.stop;
  const event$ = from(inputs).pipe(
    night({
      contracts: options.contracts,
      gate: options.gate,
      sink: journal,
      roles: rebuilt.roles,
      onStopping: () => {},
      onRefusedAfterStop: () => {},
      endTurn: () => journal.endTurn(),
    }),
    tap((event) => {
      tallying.step(rebuilt.tally, event);
      if (event.type === "stop_journal") stop ??= noticeOf(event.run_id, event.ts, event.payload);
    }),
  );
  await lastValueFrom(event$, { defaultValue: null });
  return stop;
}

function openJournal(options: RecoverRunOptions, { position }: RebuiltRun, ballast: Ballast): Journal {
  const { files, clock, signer, runFolder, manifest, config, contracts } = options;
  const { run_id: runId } = manifest;
  const manifestBytes = files.read(`${runFolder}/manifest.json`);
  const journal = new Journal({
    files,
    clock,
    signer,
    ballast,
    runFolder,
    runId,
    cmdlineHash: manifest.cmdline_hash,
    genesis: genesisHead(runId, manifestBytes),
    queues: new Map([...position.queues].map(([queue, { consumers }]) => [queue, consumers])),
    queueOf: (type) => contracts.queueOf(type),
    mirror: openMirror(options),
    rotateBytes: config.logging.rotate_bytes,
    commitLines: config.logging.commit_lines,
    diskFreeBytesMin: 0,
    isDurable: true,
    position,
  });
  // A crash may have come between a rotation and the sync of its folder.
  const queues = [...position.queues.keys()].map((queue) => `queues/${queue}`);
  for (const folder of [...queues, "audit"]) files.syncDirectory(`${runFolder}/${folder}`);
  return journal;
}

function openMirror(
  { files, varFolder, runFolder, manifest, config, print }: RecoverRunOptions,
): AnchorMirror {
  return reopenMirror(files, config.audit.anchor_mirror, {
    varFolder,
    runId: manifest.run_id,
    print,
    anchors: files.read(`${runFolder}/audit/anchors.jsonl`),
  });
}

function openArtefacts({ files, runFolder, manifest, config }: RecoverRunOptions): RunArtefacts {
  return new RunArtefacts({
    files,
    runFolder,
    strategies: config.strategy.list.map(({ id }) => id),
    startedTs: manifest.started_ts,
    metricsEveryMs: config.logging.metrics_every_ms,
    snapshotEveryMs: config.logging.snapshot_every_ms,
    rotateBytes: config.logging.rotate_bytes,
    isDurable: true,
    snapshots: wholeLines(files, runFolder, "metrics"),
  });
}

/** The roles lived until the last event that they wrote themselves. */
function factsOf(
  { manifest, config }: RecoverRunOptions,
  { journal, uptimeUntilTs }: {
    readonly journal: Pick<Journal, "ts" | "lastN" | "head" | "deadletters">;
    readonly uptimeUntilTs: number;
  },
): (verdict: ReportFacts["verdict"], detail: string | null) => ReportFacts {
  const { run_id, prices, started_ts } = manifest;
  const uptime = Math.max(0, uptimeUntilTs - started_ts) / 1000;
  const uptimes = ROLES.map((role) => [role, role === "ai_role" ? null : uptime]);
  return (verdict, detail) => ({
    run_id,
    mode: config.mode,
    prices,
    verdict,
    detail,
    started_ts,
    ended_ts: journal.ts,
    uptime_s: Object.fromEntries(uptimes) as Readonly<Record<Role, number | null>>,
    deadletter: journal.deadletters,
    refused_after_stop: 0,
    last_n: journal.lastN,
    head: journal.head,
  });
}
