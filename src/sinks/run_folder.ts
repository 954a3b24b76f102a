import { sha256Hex } from "../core/sha256.ts";
import { sealArtefact } from "../core/journal_line.ts";
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
  writeAtomic(files, `${folder}/policy/${sha256Hex(content.policyWasm)}.wasm`, content.policyWasm);
  writeAtomic(files, `${folder}/policy/${sha256Hex(content.policyData)}.data.json`, content.policyData);
  const manifest = sealArtefact(content.manifest);
  writeAtomic(files, `${folder}/manifest.json`, manifest);
  return manifest;
}
