import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Files, PolicyGate } from "../core/ports.ts";
import { openGate } from "../policy/opa_gate.ts";
import { openContracts } from "./open_run.ts";

/** What a run was begun with, from its own folder: it is judged by nothing else. Call when the folder is verified. */
export interface RunManifest {
  readonly run_id: string;
  readonly mode: string;
  readonly source: string;
  readonly prices: "invented" | "live" | "recorded";
  readonly venue: string;
  readonly started_ts: number;
  readonly cmdline_hash: string;
  readonly policy_sha256: string;
  readonly policy_data_sha256: string;
  readonly anchor_key: { readonly key_id: string; readonly public_key: string };
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

/** A run does not keep which fields each rule reads, so each is given all of them: it decides the same. */
const READS_ALL = [["type"], ["source"], ["ts"], ["payload"], ["manifest"]];

export function openRunGate(
  files: Files,
  runFolder: string,
  { manifest, config, contracts }: {
    readonly manifest: RunManifest;
    readonly config: Config;
    readonly contracts: Contracts;
  },
): Promise<PolicyGate> {
  const { policy_sha256: policySha256, policy_data_sha256, source, venue, prices } = manifest;
  const entrypoints = contracts.types.map((type) => contracts.entrypointOf(type)).filter((name) =>
    name !== null
  );
  const data = new TextDecoder().decode(files.read(`${runFolder}/policy/${policy_data_sha256}.data.json`));
  return openGate({
    wasm: files.read(`${runFolder}/policy/${policySha256}.wasm`),
    data: JSON.parse(data),
    reads: Object.fromEntries(entrypoints.map((name) => [name, READS_ALL])),
    policySha256,
    manifest: {
      mode: config.mode,
      source,
      venue,
      symbols: config.symbols,
      prices,
      execution: config.execution.mode,
    },
  });
}
