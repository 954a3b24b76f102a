import type { AiModel } from "../core/ai_mail.ts";
import type { PolicyDigests } from "../core/event.ts";
import { sealArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { sha256Hex } from "../core/sha256.ts";
import { writeAtomic } from "./atomic_file.ts";

/** Makes a run's folder complete before event 0: whoever has the folder can verify it without our repository. */
export interface RunFolderContent {
  readonly configText: string;
  /** Path inside contracts/ → bytes. */
  readonly contracts: ReadonlyMap<string, Uint8Array>;
  readonly policyWasm: Uint8Array;
  readonly policyData: Uint8Array;
  /** Left out where no AI runs. */
  readonly ai?: RunAi | null;
  /** All of the manifest but its own hash. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** The AI as a run begins with it. */
export interface RunAi {
  /** Name of what shuts it in. */
  readonly boundary: string;
  /** Its program. */
  readonly worker: Uint8Array;
  /** The snapshot that advises; null for none. */
  readonly active: { readonly n: number; readonly model: AiModel } | null;
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
  keepAi(files, folder, content.ai ?? null);
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

function keepAi(files: Files, folder: string, ai: RunAi | null): void {
  if (ai === null) return;
  keepAiFile(files, folder, "worker", ai.worker);
  const { active } = ai;
  if (active !== null) keepAiFile(files, folder, "model", JSON.stringify(active.model));
}

const AI_ENDINGS = { model: ".model.json", pack: ".pack.json", worker: ".worker.mjs" } as const;
export type AiFileKind = keyof typeof AI_ENDINGS;

/** In the run: what the AI was, or has told. It must be there before the log speaks of it. */
export function aiFilePath(kind: AiFileKind, sha256: string): string {
  return `ai/${sha256}${AI_ENDINGS[kind]}`;
}

/** Of a file in `ai`, by its name; null for a name that none has. */
export function aiFileDigest(name: string): string | null {
  return /^([0-9a-f]{64})\.(?:model\.json|pack\.json|worker\.mjs)$/.exec(name)?.[1] ?? null;
}

/** Gives the digest that names it; what is there already stays as it is. */
export function keepAiFile(
  files: Files,
  folder: string,
  kind: AiFileKind,
  content: string | Uint8Array,
): string {
  const sha256 = sha256Hex(content);
  const path = `${folder}/${aiFilePath(kind, sha256)}`;
  if (files.exists(path)) return sha256;
  if (!files.exists(`${folder}/ai`)) {
    files.makeDirectory(`${folder}/ai`);
    files.syncDirectory(folder);
  }
  writeAtomic(files, path, content);
  return sha256;
}
