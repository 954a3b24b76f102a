import type { Config } from "../core/config.ts";
import { type Contracts, contractsSha256 } from "../core/contracts.ts";
import { sha256Hex } from "../core/sha256.ts";
import { isRunId } from "../core/time_text.ts";
import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";

/** Checks what a run was started with: manifest, config, contracts, policy; each against the hash that names it. */
export interface Manifest {
  readonly run_id: string;
  readonly cmdline_hash: string;
  readonly config_sha256: string;
  readonly contracts_sha256: string;
  readonly policy_sha256: string;
  readonly policy_data_sha256: string;
  readonly strategies: readonly { readonly id: string; readonly capital: string }[];
  readonly anchor_key: { readonly key_id: string; readonly public_key: string };
}

export interface RunBasis {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly config: Config;
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
  const fields = reader.artefact("manifest.json");
  const manifestBytes = fields === null ? null : reader.bytes("manifest.json");
  if (fields === null || manifestBytes === null) return null;
  const manifest = fields as unknown as Manifest;
  if (!isRunId(manifest.run_id) || manifest.run_id !== options.runName) {
    findings.problem("manifest.json", null, `run_id is ${manifest.run_id}, the folder is ${options.runName}`);
  }
  const expectHash = (path: string, bytes: Uint8Array | null, expected: string) => {
    if (bytes === null || sha256Hex(bytes) === expected) return;
    findings.problem(path, null, `SHA-256 is ${sha256Hex(bytes)}, the manifest says ${expected}`);
  };

  const configBytes = reader.bytes("config.json");
  expectHash("config.json", configBytes, manifest.config_sha256);
  const wasm = `policy/${manifest.policy_sha256}.wasm`;
  expectHash(wasm, reader.bytes(wasm), manifest.policy_sha256);
  const data = `policy/${manifest.policy_data_sha256}.data.json`;
  expectHash(data, reader.bytes(data), manifest.policy_data_sha256);

  const contractFiles = readContracts(reader);
  const contractsHash = contractsSha256(contractFiles);
  if (contractsHash !== manifest.contracts_sha256) {
    findings.problem(
      "contracts",
      null,
      `SHA-256 is ${contractsHash}, the manifest says ${manifest.contracts_sha256}`,
    );
  }
  if (findings.count > 0 || configBytes === null) return null;
  const config = JSON.parse(new TextDecoder().decode(configBytes)) as Config;
  return { manifest, manifestBytes, config, contracts: options.openContracts(contractFiles) };
}

function readContracts(reader: RunReader): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const walk = (folder: string) => {
    for (const name of reader.list(`contracts${folder}`)) {
      const path = `${folder}/${name}`;
      if (name.includes(".")) files.set(path.slice(1), reader.bytes(`contracts${path}`)!);
      else walk(path);
    }
  };
  walk("");
  return files;
}
