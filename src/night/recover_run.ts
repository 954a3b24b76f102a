import { from, lastValueFrom } from "rxjs";
import { genesisHead } from "../core/audit_chain.ts";
import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import { type AnyDraft, type Draft, type Event, type Lifecycle, type Role, ROLES } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import type { Clock, Files, PolicyGate, Signer } from "../core/ports.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import { night, nightRoles } from "../pipeline.ts";
import { reopenMirror } from "../sinks/anchor_mirror.ts";
import { Ballast } from "../sinks/ballast.ts";
import { cutBack, putAside, tornFiles } from "../sinks/cut_back.ts";
import { Journal } from "../sinks/journal.ts";
import { wholeLines } from "../sinks/position_reader.ts";
import type { ReportFacts } from "../sinks/report.ts";
import { RunArtefacts } from "../sinks/run_artefacts.ts";
import { noticeIn, readLatch, type StopNotice, writeStopCopy } from "../sinks/stop_flag.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import { type ClosedRun, closeRun } from "./close_run.ts";
import { type RebuiltRun, rebuildRun } from "./rebuild_run.ts";
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
  const reason = reasonOf(options);
  // In this order: only the copy excuses a report without a final anchor.
  putAside(files, runFolder, "report.json");
  putAside(files, runFolder, "STOP.flag");
  const tornBefore = tornFiles(files, runFolder);
  cutBack(files, runFolder, { runId, position });
  const torn = tornFiles(files, runFolder);
  const isTornNews = !rebuilt.saysTorn || JSON.stringify([...torn]) !== JSON.stringify([...tornBefore]);

  const ballast = new Ballast(files, `${varFolder}/ballast`);
  const journal = openJournal(options, rebuilt, ballast);
  const artefacts = openArtefacts(options);
  const inputs = position.hasEnded ? [] : inputsOf(options, rebuilt, {
    reason,
    torn: isTornNews ? torn : new Map<string, number>(),
  });
  const stop = await append(inputs, { options, rebuilt, journal, tallying }) ?? rebuilt.stop;
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

/** A run with its final anchor whose process ended before its report: writes the views, and nothing else. */
export async function recoverViews(options: RecoverRunOptions): Promise<void> {
  const { files, runFolder, varFolder } = options;
  const { rebuilt } = await rebuild(options);
  const { position, tally } = rebuilt;
  const stop = readStopCopy(options) ?? rebuilt.stop;
  if (stop !== null && !files.exists(`${runFolder}/STOP.flag`)) {
    writeStopCopy(files, runFolder, stop, readLatch(files, varFolder));
  }
  cutBack(files, runFolder, { runId: options.manifest.run_id, position });
  const journal = {
    ts: position.ts,
    lastN: position.nextN - 1,
    head: position.anchors.head,
    deadletters: [...position.queues.values()].flatMap(({ deadletter }) => deadletter)
      .reduce((sum, { lines }) => sum + lines, 0),
  };
  const facts = factsOf(options, { journal, uptimeUntilTs: position.ts });
  const verdict = stop === null ? "PASS" : "STOPPED";
  openArtefacts(options).finish(tally, facts(verdict, stop?.detail ?? null), position.ts);
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

/** Why the process ended: its latch says it, or the word of a night that its disk has ended, or nobody does. */
function reasonOf(options: RecoverRunOptions): Omit<StopNotice, "run_id" | "ts"> {
  const latch = noticeIn(readLatch(options.files, options.varFolder) ?? "");
  const said = latch?.run_id === options.manifest.run_id ? latch : readStopCopy(options);
  return said ?? { component: "process", reason_code: "ROLE_DEAD", detail: "the process ended without a word" };
}

function readStopCopy({ files, runFolder, manifest }: RecoverRunOptions): StopNotice | null {
  const path = `${runFolder}/STOP.flag`;
  if (!files.exists(path)) return null;
  const notice = noticeIn(new TextDecoder().decode(files.read(path)));
  return notice?.run_id === manifest.run_id ? notice : null;
}

/** All that is still to be said, in the order in which it is. */
function inputsOf(
  { clock, manifest, config }: RecoverRunOptions,
  { position, stop }: RebuiltRun,
  { reason, torn }: {
    readonly reason: Omit<StopNotice, "run_id" | "ts">;
    readonly torn: ReadonlyMap<string, number>;
  },
): readonly AnyDraft[] {
  const inputs: AnyDraft[] = [];
  if (position.nextN === 0) {
    const detail = `${config.mode} on ${manifest.venue}, prices ${manifest.prices}`;
    inputs.push(lifecycle(manifest.started_ts, "started", detail));
  }
  const ts = Math.max(position.ts, manifest.started_ts, clock.now());
  if (torn.size > 0) {
    const lines = [...torn].map(([file, count]) => `${count} of ${file}`);
    inputs.push(lifecycle(ts, "torn_tail", `lines put aside: ${lines.join(", ")}`));
  }
  const { component, reason_code, detail } = reason;
  if (stop === null) {
    const payload = { component, reason_code, detail, origin: "input" as const, recovered: true };
    inputs.push({ type: "stop_journal", source: "watchdog_role", ts, cause: null, payload });
  }
  inputs.push(lifecycle(ts, "ended", `stopped: ${stop?.reason_code ?? reason_code}, recovered`));
  return inputs;
}

function lifecycle(ts: number, what: Lifecycle["what"], detail: string): Draft<"lifecycle"> {
  return { type: "lifecycle", source: "watchdog_role", ts, cause: null, payload: { what, detail } };
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
  const { files, clock, signer, runFolder, varFolder, manifest, config, contracts } = options;
  const { run_id: runId } = manifest;
  const manifestBytes = files.read(`${runFolder}/manifest.json`);
  const mirror = reopenMirror(files, config.audit.anchor_mirror, {
    varFolder,
    runId,
    print: options.print,
    anchors: files.read(`${runFolder}/audit/anchors.jsonl`),
  });
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
    mirror,
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
