import { type Contracts, contractsSha256 } from "../core/contracts.ts";
import type { PolicyDigests } from "../core/event.ts";
import { sha256Hex } from "../core/sha256.ts";
import { isRunId } from "../core/time_text.ts";
import { policyFileNames } from "../sinks/run_folder.ts";
import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";

/** Checks what a run was started with: manifest, config, contracts, policy; each against the hash that names it. */
export interface Manifest {
  readonly run_id: string;
  readonly mode: string;
  readonly prices: string;
  readonly started_ts: number;
  readonly cmdline_hash: string;
  readonly config_sha256: string;
  readonly contracts_sha256: string;
  readonly policy_sha256: string;
  readonly policy_data_sha256: string;
  /** null, or left out by an older program, where no AI ran. */
  readonly ai?: ManifestAi | null;
  readonly strategies: readonly { readonly id: string; readonly capital: string }[];
  readonly anchor_key: { readonly key_id: string; readonly public_key: string };
}

export interface ManifestAi {
  readonly worker_sha256: string;
  readonly snapshot: number | null;
  readonly model_sha256: string | null;
}

export interface RunBasis {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly contracts: Contracts;
}

export function verifyFolder(
  reader: RunReader,
  findings: Findings,
  options: {
    readonly runName: string;
    readonly openContracts: (files: ReadonlyMap<string, Uint8Array>) => Contracts;
  },
): RunBasis | null {
  const manifest = readManifest(reader, findings, options.runName);
  const manifestBytes = manifest === null ? null : reader.bytes("manifest.json");
  if (manifest === null || manifestBytes === null) return null;

  const expectHash = (path: string, expected: string) => {
    const bytes = reader.bytes(path);
    if (bytes === null || sha256Hex(bytes) === expected) return;
    findings.problem(path, null, `SHA-256 is ${sha256Hex(bytes)}, the manifest says ${expected}`);
  };
  expectHash("config.json", manifest.config_sha256);
  verifyPolicies(reader, findings, [manifest]);
  const contractFiles = readContracts(reader);
  const actual = contractsSha256(contractFiles);
  if (actual !== manifest.contracts_sha256) {
    const reason = `SHA-256 over all of it is ${actual}, the manifest says ${manifest.contracts_sha256}`;
    findings.problem("contracts", null, reason);
  }
  if (findings.count > 0) return null;
  try {
    return { manifest, manifestBytes, contracts: options.openContracts(contractFiles) };
  } catch (error) {
    findings.problem("contracts", null, (error as Error).message);
    return null;
  }
}

/** The compiled policies and their data, which are named by their hashes. */
export function verifyPolicies(
  reader: RunReader,
  findings: Findings,
  policies: readonly PolicyDigests[],
): void {
  for (const { policy_sha256, policy_data_sha256 } of policies) {
    const [wasm, data] = policyFileNames({ policy_sha256, policy_data_sha256 });
    for (const [name, expected] of [[wasm, policy_sha256], [data, policy_data_sha256]] as const) {
      const bytes = reader.bytes(`policy/${name}`);
      if (bytes === null || sha256Hex(bytes) === expected) continue;
      findings.problem(`policy/${name}`, null, `SHA-256 is ${sha256Hex(bytes)}, expected ${expected}`);
    }
  }
}

function readManifest(reader: RunReader, findings: Findings, runName: string): Manifest | null {
  const fields = reader.artefact("manifest.json");
  if (fields === null) return null;
  const problem = manifestProblem(fields);
  if (problem !== null) {
    findings.problem("manifest.json", null, problem);
    return null;
  }
  const manifest = fields as unknown as Manifest;
  if (manifest.run_id !== runName) {
    findings.problem("manifest.json", null, `run_id is ${manifest.run_id}, the folder is ${runName}`);
  }
  return manifest;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/** What this verifier builds on must have its form; the rest is the chain's business, which begins with these bytes. */
const MANIFEST_FORM: readonly (readonly [name: string, form: string, fits: (value: unknown) => boolean])[] = [
  ["run_id", "YYYYMMDD_HHMMSS", (value) => typeof value === "string" && isRunId(value)],
  ["mode", "a text", isText],
  ["prices", "a text", isText],
  ["started_ts", "unix milliseconds", Number.isSafeInteger],
  ["cmdline_hash", "64 hex digits", isHash],
  ["config_sha256", "64 hex digits", isHash],
  ["contracts_sha256", "64 hex digits", isHash],
  ["policy_sha256", "64 hex digits", isHash],
  ["policy_data_sha256", "64 hex digits", isHash],
  ["ai", "null or worker_sha256, snapshot and model_sha256", (value) => {
    if (value === null || value === undefined) return true;
    const { worker_sha256, snapshot, model_sha256 } = value as Partial<ManifestAi>;
    return isHash(worker_sha256) && (snapshot === null || isCount(snapshot)) &&
      (model_sha256 === null || isHash(model_sha256));
  }],
  [
    "strategies",
    "a list of strategies with id and capital",
    (value) => Array.isArray(value) && value.every((entry) => isText(entry?.id) && isText(entry?.capital)),
  ],
  ["anchor_key", "a key with key_id and public_key", (value) => {
    const key = value as { readonly key_id?: unknown; readonly public_key?: unknown } | null | undefined;
    return isText(key?.key_id) && isText(key?.public_key);
  }],
];

function manifestProblem(fields: Readonly<Record<string, unknown>>): string | null {
  const wrong = MANIFEST_FORM.find(([name, , fits]) => !fits(fields[name]));
  if (wrong === undefined) return null;
  const [name, form] = wrong;
  return `${name} is ${JSON.stringify(fields[name]) ?? "missing"}, expected ${form}`;
}

function readContracts(reader: RunReader): ReadonlyMap<string, Uint8Array> {
  const names = [
    ...reader.list("contracts").filter((name) => name !== "schemas"),
    ...reader.list("contracts/schemas").map((name) => `schemas/${name}`),
  ];
  return new Map(names.map((name) => [name, reader.bytes(`contracts/${name}`) ?? new Uint8Array()]));
}
