import { genesisHead } from "../core/audit_chain.ts";
import type { Config } from "../core/config.ts";
import { compileContracts, type Contracts, contractsSha256, parseRegistry } from "../core/contracts.ts";
import type { Event } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import type { Clock, Files, PolicyGate, Signer } from "../core/ports.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { sha256Hex } from "../core/sha256.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import { nightRoles, readersOf } from "../pipeline.ts";
import type { PolicyFiles } from "../policy/policy_files.ts";
import { Ballast } from "../sinks/ballast.ts";
import { FileWatch } from "../sinks/file_watch.ts";
import { Journal } from "../sinks/journal.ts";
import { openMirror } from "../sinks/anchor_mirror.ts";
import { RunArtefacts } from "../sinks/run_artefacts.ts";
import { type AiFileKind, keepAiFile, makeRunFolder, type RunAi } from "../sinks/run_folder.ts";
import { manifestOf } from "../sinks/run_manifest.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import { rememberWrites } from "../sinks/written_files.ts";
import type { RoleEntry } from "../streams/operators/react.ts";
import type { StartFacts } from "./start_facts.ts";

/** Makes a run's folder with everything that it is judged by, and opens what writes into it. */
export interface OpenRunOptions {
  readonly identity: RunIdentity;
  readonly config: Config;
  /** Effective and redacted, as it is written to the run. */
  readonly configText: string;
  readonly contractFiles: ReadonlyMap<string, Uint8Array>;
  readonly policy: PolicyFiles;
  /** The bytes that policy.data was read from. */
  readonly policyData: Uint8Array;
  /** Over that policy. */
  readonly gate: PolicyGate;
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  /** Left out where no AI runs. */
  readonly ai?: RunAi | null;
  readonly files: Files;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly varFolder: string;
  readonly runFolder: string;
  readonly isDurable: boolean;
  /** Writes a line for a mirror on standard output. */
  readonly print: (line: string) => void;
}

export interface OpenRun {
  readonly contracts: Contracts;
  readonly gate: PolicyGate;
  readonly roles: readonly RoleEntry[];
  readonly startFacts: StartFacts;
  readonly journal: Journal;
  readonly artefacts: RunArtefacts;
  readonly ballast: Ballast;
  readonly keepAiFile: KeepAiFile;
  /** Null in virtual time: there nothing is on the disk before the end. */
  readonly fileWatch: FileWatch | null;
  readonly tallying: Machine<Tally, Event, never>;
  readonly tally: Tally;
}

/** Keeps in the run what the AI has told, where the watch over its files sees it; gives the digest that names it. */
export type KeepAiFile = (kind: AiFileKind, content: string | Uint8Array) => string;

let last: { readonly sha256: string; readonly contracts: Contracts } | null = null;

/**
 * Contracts from their files; throws where registry and schemas do not fit. Compiling takes longer than all else
 * before the first event and is asked for twice, so the last answer is kept.
 */
export function openContracts(files: ReadonlyMap<string, Uint8Array>): Contracts {
  const sha256 = contractsSha256(files);
  if (last?.sha256 !== sha256) last = { sha256, contracts: compileFiles(files) };
  return last.contracts;
}

function compileFiles(files: ReadonlyMap<string, Uint8Array>): Contracts {
  const texts = new Map([...files].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]));
  const registry = texts.get("contracts.v1.yaml");
  if (registry === undefined) throw new Error("contracts.v1.yaml is missing");
  return compileContracts(parseRegistry(registry), texts);
}

export function openRun(options: OpenRunOptions): OpenRun {
  const { identity, config, policy, gate } = options;
  const contracts = openContracts(options.contractFiles);
  const roles = nightRoles({
    config,
    runId: identity.runId,
    venue: identity.venue,
    symbols: options.symbols,
  });
  const tallying = tallyOf(config.strategy.list, contracts.types);
  const sinks = openSinks(options, { contracts, roles });
  const startFacts = { symbols: options.symbols, policyReads: policy.reads };
  return { contracts, gate, roles, startFacts, ...sinks, tallying, tally: tallying.initial() };
}

/** What the run is written to: its folder, complete before event 0, and the files that grow. */
export function openSinks(
  options: OpenRunOptions,
  { contracts, roles }: Pick<OpenRun, "contracts" | "roles">,
): Pick<OpenRun, "journal" | "artefacts" | "ballast" | "keepAiFile" | "fileWatch"> {
  const { identity, config, signer, runFolder, varFolder, isDurable, clock, ai = null } = options;
  const remembered = isDurable ? rememberWrites(options.files, runFolder) : null;
  const files = remembered?.files ?? options.files;
  const { rotate_bytes: rotateBytes } = config.logging;
  const mirror = openMirror(files, config.audit.anchor_mirror, {
    varFolder,
    runId: identity.runId,
    print: options.print,
  });
  const manifest = makeRunFolder(files, runFolder, {
    configText: options.configText,
    contracts: options.contractFiles,
    policyWasm: options.policy.wasm,
    policyData: options.policyData,
    ai,
    manifest: manifestOf(identity, { config, signer, hashes: hashesOf(options), ai }),
  });
  const ballast = new Ballast(files, `${varFolder}/ballast`);
  const journal = new Journal({
    files,
    clock,
    signer,
    ballast,
    runFolder,
    runId: identity.runId,
    cmdlineHash: identity.commandLine.hash,
    genesis: genesisHead(identity.runId, manifest),
    queues: consumersByQueue(contracts, roles, config.queues.names),
    queueOf: (type) => contracts.queueOf(type),
    mirror,
    rotateBytes,
    commitLines: config.logging.commit_lines,
    diskFreeBytesMin: config.logging.disk_free_bytes_min,
    isDurable,
  });
  const artefacts = new RunArtefacts({
    files,
    runFolder,
    strategies: config.strategy.list.map(({ id }) => id),
    startedTs: identity.startedTs,
    // Replacing a file costs the more the faster time goes: in virtual time a reader gets the snapshots.
    metricsEveryMs: isDurable ? config.logging.metrics_every_ms : config.logging.snapshot_every_ms,
    snapshotEveryMs: config.logging.snapshot_every_ms,
    rotateBytes,
    isDurable,
  });
  syncWayTo(files, runFolder, varFolder);
  const { scrub_bytes_per_s: scrubBytesPerS } = config.watchdog;
  const fileWatch = remembered === null ? null : new FileWatch(remembered, { clock, scrubBytesPerS });
  return {
    journal,
    artefacts,
    ballast,
    keepAiFile: (kind, content) => keepAiFile(files, runFolder, kind, content),
    fileWatch,
  };
}

function hashesOf(options: OpenRunOptions): Parameters<typeof manifestOf>[1]["hashes"] {
  return {
    config: sha256Hex(options.configText),
    contracts: contractsSha256(options.contractFiles),
    policy: options.policy.policySha256,
    policyData: options.policy.policyDataSha256,
  };
}

/** What was made in a folder is durable only when the folder is, and so on up to `var`. */
function syncWayTo(files: Files, runFolder: string, varFolder: string): void {
  const runs = runFolder.slice(0, runFolder.lastIndexOf("/"));
  for (const folder of [`${runFolder}/queues`, `${runFolder}/audit`, runFolder, runs, varFolder]) {
    files.syncDirectory(folder);
  }
}

function consumersByQueue(
  contracts: Contracts,
  roles: readonly RoleEntry[],
  queues: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const consumers = new Map(queues.map((queue) => [queue, new Set<string>()]));
  for (const type of contracts.types) {
    for (const role of readersOf(roles, type)) consumers.get(contracts.queueOf(type))?.add(role);
  }
  return new Map([...consumers].map(([queue, names]) => [queue, [...names].sort()]));
}
