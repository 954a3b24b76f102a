import { type Config, loadConfig } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import type { Event, PolicyDigests } from "../core/event.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Files, PolicyGate } from "../core/ports.ts";
import type { Prices } from "../core/prices_of.ts";
import { sha256Hex } from "../core/sha256.ts";
import { nightRoles } from "../pipeline.ts";
import { ACT_ENTRYPOINTS } from "../policy/acts.ts";
import { openGate } from "../policy/opa_gate.ts";
import { switchingGate } from "../policy/switching_gate.ts";
import { readLog } from "../sinks/log_reader.ts";
import { policyFileNames } from "../sinks/run_folder.ts";
import type { RoleEntry } from "../streams/operators/react.ts";
import { openContracts } from "./open_run.ts";
import { reloadsIn } from "./policy_reloads.ts";
import { NOTHING_TOLD, type StartFacts, startFactsIn } from "./start_facts.ts";

/** What a run was begun with, from its own folder: it is judged by nothing else. Call when the folder is verified. */
export interface RunBasis {
  readonly manifest: RunManifest;
  readonly config: Config;
  readonly contracts: Contracts;
  /** Or why they cannot be had. */
  readonly startFacts: StartFacts | string;
}

export interface RunManifest {
  readonly run_id: string;
  readonly mode: string;
  readonly source: string;
  readonly prices: Prices;
  readonly venue: string;
  readonly seed: number;
  readonly started_ts: number;
  readonly cmdline: readonly string[];
  readonly cmdline_hash: string;
  readonly code_version: { readonly source_sha256: string };
  readonly policy_sha256: string;
  readonly policy_data_sha256: string;
  /** null where no AI ran; an older run does not say. */
  readonly ai?: { readonly worker_sha256: string } | null;
  readonly anchor_key: { readonly key_id: string; readonly public_key: string };
}

/** With `configSchema` of this program: what a newer one asks for besides has its default. */
export function readBasis(files: Files, runFolder: string, configSchema: unknown): RunBasis {
  const manifest = readManifest(files, runFolder);
  const text = new TextDecoder().decode(files.read(`${runFolder}/config.json`));
  return {
    manifest,
    config: loadConfig({ text, form: "json", overrides: [], schema: configSchema }),
    contracts: readContracts(files, runFolder),
    startFacts: readStartFacts(files, runFolder, manifest.run_id),
  };
}

function readStartFacts(files: Files, runFolder: string, runId: string): StartFacts | string {
  const first = readLog(files, runFolder, { runId, queues: ["lifecycle"] }).next().value;
  return first === undefined ? NOTHING_TOLD : startFactsIn(first.event as Event<"lifecycle">);
}

export function readManifest(files: Files, runFolder: string): RunManifest {
  const text = new TextDecoder().decode(files.read(`${runFolder}/manifest.json`));
  return openArtefact(text) as unknown as RunManifest;
}

export function readContracts(files: Files, runFolder: string): Contracts {
  const folder = `${runFolder}/contracts`;
  const schemas = files.list(`${folder}/schemas`).map((name) => `schemas/${name}`);
  const paths = ["contracts.v1.yaml", ...schemas];
  return openContracts(new Map(paths.map((path) => [path, files.read(`${folder}/${path}`)])));
}

/** Where nobody says which fields each rule reads, each is given all of them: it decides the same, and quotes more. */
const READS_ALL = [["type"], ["source"], ["ts"], ["payload"], ["manifest"]];

/** As they were when the night began. */
export function openRunRoles(
  { manifest, config }: RunBasis,
  { symbols }: StartFacts,
): readonly RoleEntry[] {
  return nightRoles({ config, runId: manifest.run_id, venue: manifest.venue, symbols });
}

/** With the run's own policies, each in force where the log says so, or with another in the place of all. */
export async function openRunGate(
  files: Files,
  runFolder: string,
  basis: RunBasis,
  other: { readonly wasm?: Uint8Array; readonly data?: Uint8Array } = {},
): Promise<PolicyGate> {
  const { manifest, startFacts } = basis;
  const isOther = other.wasm !== undefined || other.data !== undefined;
  const reads = other.wasm !== undefined || typeof startFacts === "string"
    ? allReads(basis)
    : startFacts.policyReads;
  const first = await openKept(files, runFolder, basis, { ...digestsOf(manifest), ...other, reads });
  if (isOther) return first;
  const gate = switchingGate(digestsOf(manifest), first);
  for (const { policy, policyReads } of reloadsIn(files, runFolder)) {
    const reads = policyReads ?? allReads(basis);
    gate.add(policy, await openKept(files, runFolder, basis, { ...policy, reads }));
  }
  return gate;
}

function digestsOf({ policy_sha256, policy_data_sha256 }: RunManifest): PolicyDigests {
  return { policy_sha256, policy_data_sha256 };
}

/** A policy as the run's folder keeps it, or as it is given. */
function openKept(
  files: Files,
  runFolder: string,
  { manifest, config }: RunBasis,
  { policy_sha256, policy_data_sha256, reads, ...given }: PolicyDigests & {
    readonly wasm?: Uint8Array;
    readonly data?: Uint8Array;
    readonly reads: StartFacts["policyReads"];
  },
): Promise<PolicyGate> {
  const { source, venue, prices } = manifest;
  const { mode, symbols, execution } = config;
  const [wasmName, dataName] = policyFileNames({ policy_sha256, policy_data_sha256 });
  const wasm = given.wasm ?? files.read(`${runFolder}/policy/${wasmName}`);
  const data = given.data ?? files.read(`${runFolder}/policy/${dataName}`);
  return openGate({
    wasm,
    data: JSON.parse(new TextDecoder().decode(data)),
    reads,
    policySha256: sha256Hex(wasm),
    manifest: { mode, source, venue, symbols, prices, execution: execution.mode },
  });
}

/** An older run's policy knows nothing of acts, and none was ever denied under it. */
function allReads({ contracts, startFacts }: RunBasis): StartFacts["policyReads"] {
  const ofEvents = contracts.types.map((type) => contracts.entrypointOf(type)).filter((name) =>
    name !== null
  );
  const known = typeof startFacts === "string" ? {} : startFacts.policyReads;
  const ofActs = Object.values(ACT_ENTRYPOINTS).filter((name) => Object.hasOwn(known, name));
  return Object.fromEntries([...ofEvents, ...ofActs].map((name) => [name, READS_ALL]));
}
