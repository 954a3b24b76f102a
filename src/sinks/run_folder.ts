import { sha256Hex } from "../core/sha256.ts";
import { sealArtefact } from "../core/journal_line.ts";
import type { PolicyDigests } from "../core/event.ts";
import type { Files } from "../core/ports.ts";
import { writeAtomic } from "./atomic_file.ts";

/** Makes a run's folder complete before event 0: whoever has the folder can verify it without our repository. */
export interface RunFolderContent {
  readonly configText: string;
  /** Path inside contracts/ → bytes. */
  readonly contracts: ReadonlyMap<string, Uint8Array>;
  readonly policyWasm: Uint8Array;
  readonly policyData: Uint8Array;
  /** All of the manifest but its own hash. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Gives the manifest's text: the chain begins with its hash. */
export function makeRunFolder(files: Files, folder: string, content: RunFolderContent): string {
  files.makeDirectory(folder);
  writeAtomic(files, `${folder}/config.json`, content.configText);
  for (const path of content.contracts.keys()) {
    files.makeDirectory(`${folder}/contracts/${path}`.replace(/\/[^/]*$/, ""));
  }
  files.makeDirectory(`${folder}/policy`);
  for (const [path, bytes] of content.contracts) writeAtomic(files, `${folder}/contracts/${path}`, bytes);
  keepPolicy(files, folder, { wasm: content.policyWasm, data: content.policyData });
  const manifest = sealArtefact(content.manifest);
  writeAtomic(files, `${folder}/manifest.json`, manifest);
  return manifest;
}

/** A compiled policy and its data, which a run may have already. */
export function keepPolicy(
  files: Files,
  folder: string,
  { wasm, data }: { readonly wasm: Uint8Array; readonly data: Uint8Array },
): void {
  const digests = { policy_sha256: sha256Hex(wasm), policy_data_sha256: sha256Hex(data) };
  const [wasmName, dataName] = policyFileNames(digests);
  for (const [name, bytes] of [[wasmName, wasm], [dataName, data]] as const) {
    const path = `${folder}/policy/${name}`;
    if (!files.exists(path)) writeAtomic(files, path, bytes);
  }
}

/** In `policy`: each is named by its hash. */
export function policyFileNames(
  { policy_sha256, policy_data_sha256 }: PolicyDigests,
): readonly [wasm: string, data: string] {
  return [`${policy_sha256}.wasm`, `${policy_data_sha256}.data.json`];
}
