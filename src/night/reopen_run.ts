import { genesisHead } from "../core/audit_chain.ts";
import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import type { Event } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import type { Clock, Files, PolicyGate, Signer } from "../core/ports.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import { nightRoles } from "../pipeline.ts";
import { type AnchorMirror, reopenMirror } from "../sinks/anchor_mirror.ts";
import type { Ballast } from "../sinks/ballast.ts";
import { cutBack, tornFiles } from "../sinks/cut_back.ts";
import { Journal } from "../sinks/journal.ts";
import { RunArtefacts } from "../sinks/run_artefacts.ts";
import { type RunPosition, wholeLines } from "../sinks/run_position.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import type { RoleEntry } from "../streams/operators/react.ts";
import { rebuildRun, type RebuiltRun } from "./rebuild_run.ts";
import type { RunManifest } from "./run_basis.ts";

/**
 * Takes up a run that a crash has cut short, to end it or to go on with it: what its roles knew, its files without what
 * a crash has torn, its writers where they stood. Call when the run is verified and `var` is locked.
 */
export interface ReopenOptions {
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

export interface TakenUpRun {
  readonly rebuilt: RebuiltRun;
  readonly tallying: Machine<Tally, Event, never>;
}

/** In the state in which the night began. */
export function rolesOf({ manifest, config, symbols }: ReopenOptions): readonly RoleEntry[] {
  return nightRoles({ config, runId: manifest.run_id, venue: manifest.venue, symbols });
}

/** Writes nothing. */
export async function rebuild(
  options: ReopenOptions,
  roles: readonly RoleEntry[] = rolesOf(options),
): Promise<TakenUpRun> {
  const { files, runFolder, manifest: { run_id: runId }, config, contracts, gate } = options;
  const tallying = tallyOf(config.strategy.list, contracts.types);
  const { queues: { names: queues }, symbols } = config;
  const place = { files, runFolder, runId, queues };
  return { rebuilt: await rebuildRun({ ...place, contracts, gate, roles, symbols, tallying }), tallying };
}

/** Gives what is to be said of all that was ever cut off; null where the log says it already, or nothing was. */
export function cutTails(
  { files, runFolder, manifest: { run_id: runId } }: ReopenOptions,
  { position, past }: RebuiltRun,
): string | null {
  cutBack(files, runFolder, { runId, position });
  const torn = [...tornFiles(files, runFolder)].map(([file, count]) => `${count} of ${file}`);
  const said = `lines put aside: ${torn.join(", ")}`;
  return torn.length === 0 || said === past.tornSaid ? null : said;
}

/** Call when the tails are cut. */
export function openJournal(
  options: ReopenOptions,
  { position, ballast, diskFreeBytesMin, isDurable }: {
    readonly position: RunPosition;
    readonly ballast: Ballast;
    readonly diskFreeBytesMin: number;
    readonly isDurable: boolean;
  },
): Journal {
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
    diskFreeBytesMin,
    isDurable,
    position,
  });
  // A crash may have come between a rotation and the sync of its folder.
  const queues = [...position.queues.keys()].map((queue) => `queues/${queue}`);
  for (const folder of [...queues, "audit"]) files.syncDirectory(`${runFolder}/${folder}`);
  return journal;
}

export function openMirror(
  { files, varFolder, runFolder, manifest, config, print }: ReopenOptions,
): AnchorMirror {
  return reopenMirror(files, config.audit.anchor_mirror, {
    varFolder,
    runId: manifest.run_id,
    print,
    anchors: files.read(`${runFolder}/audit/anchors.jsonl`),
  });
}

export function openArtefacts(
  { files, runFolder, manifest, config: { strategy, logging } }: ReopenOptions,
  isDurable: boolean,
): RunArtefacts {
  return new RunArtefacts({
    files,
    runFolder,
    strategies: strategy.list.map(({ id }) => id),
    startedTs: manifest.started_ts,
    metricsEveryMs: isDurable ? logging.metrics_every_ms : logging.snapshot_every_ms,
    snapshotEveryMs: logging.snapshot_every_ms,
    rotateBytes: logging.rotate_bytes,
    isDurable,
    snapshots: wholeLines(files, runFolder, "metrics"),
  });
}
