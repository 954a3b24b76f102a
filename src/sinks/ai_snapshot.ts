import type { AiModel, AiRow } from "../core/ai_mail.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { sha256Hex } from "../core/sha256.ts";
import { writeArtefact, writeAtomic } from "./atomic_file.ts";

/**
 * One training snapshot in a folder of its own: the dataset, the model, and behind both a sealed manifest. A folder
 * without a whole manifest that fits the rest is no snapshot: a crash has left it, or somebody has changed it.
 */
export interface NewSnapshot {
  readonly created_ts: number;
  readonly run_id: string;
  /** Of the prices, as the run's manifest says. */
  readonly source: string;
  readonly symbols: readonly string[];
  /** Which features the rows hold: another version makes nothing of the model. */
  readonly features: string;
  /** At least one, oldest first. */
  readonly rows: readonly AiRow[];
  readonly model: AiModel;
}

/** Its own hash and schema aside. */
export interface SnapshotManifest extends Omit<NewSnapshot, "rows" | "model"> {
  readonly n: number;
  readonly horizon_ms: number;
  readonly rows: number;
  readonly first_ts: number;
  readonly last_ts: number;
  readonly dataset_sha256: string;
  readonly model_sha256: string;
}

/** What there is of one: all of it, or what is wrong with it. */
export type ReadSnapshot =
  | { readonly n: number; readonly manifest: SnapshotManifest; readonly model: AiModel }
  | { readonly n: number; readonly problem: string };

export const MANIFEST = "manifest.json";
const DATASET = "dataset.json";
const MODEL = "model.json";

/** The manifest last: where it is, all the rest is. */
export function writeSnapshot(files: Files, folder: string, n: number, snapshot: NewSnapshot): void {
  const { created_ts, run_id, source, symbols, features, rows, model } = snapshot;
  const [first_ts, last_ts] = [rows[0]?.[0], rows.at(-1)?.[0]];
  if (first_ts === undefined) throw new Error("A snapshot was made of a dataset without rows");
  const [dataset, trained] = [JSON.stringify(rows), JSON.stringify(model)];
  files.makeDirectory(folder);
  writeAtomic(files, `${folder}/${DATASET}`, dataset);
  writeAtomic(files, `${folder}/${MODEL}`, trained);
  writeArtefact(files, `${folder}/${MANIFEST}`, {
    schema: "nore/ai_snapshot",
    v: 1,
    n,
    created_ts,
    run_id,
    source,
    symbols,
    horizon_ms: model.horizon_ms,
    features,
    rows: rows.length,
    first_ts,
    last_ts,
    dataset_sha256: sha256Hex(dataset),
    model_sha256: sha256Hex(trained),
  });
}

/** Everything that was checked when it was written is checked again. */
export function readSnapshot(
  files: Files,
  folder: string,
  n: number,
  isModel: (value: unknown) => boolean,
): ReadSnapshot {
  try {
    if (!files.exists(`${folder}/${MANIFEST}`)) throw new Error(`has no ${MANIFEST}: it was never finished`);
    const manifest = readManifest(textOf(files, `${folder}/${MANIFEST}`), n);
    checkDataset(covered(files, `${folder}/${DATASET}`, manifest.dataset_sha256), manifest);
    const text = covered(files, `${folder}/${MODEL}`, manifest.model_sha256);
    const model: unknown = JSON.parse(text);
    if (!isModel(model) || JSON.stringify(model) !== text) throw new Error(`${MODEL} holds no model`);
    if ((model as AiModel).horizon_ms !== manifest.horizon_ms) {
      throw new Error(`horizon_ms of ${MODEL} is not that of the manifest`);
    }
    return { n, manifest, model: model as AiModel };
  } catch (error) {
    return { n, problem: (error as Error).message };
  }
}

function textOf(files: Files, path: string): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(files.read(path));
}

function covered(files: Files, path: string, sha256: string): string {
  const text = textOf(files, path);
  if (sha256Hex(text) === sha256) return text;
  throw new Error(
    `${path.slice(path.lastIndexOf("/") + 1)}: SHA-256 is ${sha256Hex(text)}, expected ${sha256}`,
  );
}

function checkDataset(text: string, { rows, first_ts, last_ts }: SnapshotManifest): void {
  const dataset = JSON.parse(text) as unknown;
  const fits = Array.isArray(dataset) && dataset.length === rows && dataset[0]?.[0] === first_ts &&
    dataset.at(-1)?.[0] === last_ts;
  if (!fits) throw new Error(`${DATASET} does not hold the rows that the manifest says`);
}

function readManifest(text: string, n: number): SnapshotManifest {
  const { sha256: _, ...fields } = openArtefact(text);
  const wrong = FORM.find(([name, fits]) => !fits(fields[name]));
  if (wrong !== undefined) {
    throw new Error(`${MANIFEST}: ${wrong[0]} is ${JSON.stringify(fields[wrong[0]]) ?? "missing"}`);
  }
  if (fields["n"] !== n) throw new Error(`${MANIFEST}: n is ${fields["n"]}, the folder is ${n}`);
  return fields as unknown as SnapshotManifest;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): boolean => typeof value === "string";
const isHash = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

const FORM: readonly (readonly [name: string, fits: (value: unknown) => boolean])[] = [
  ["schema", (value) => value === "nore/ai_snapshot"],
  ["v", (value) => value === 1],
  ["n", isCount],
  ["created_ts", isCount],
  ["run_id", isText],
  ["source", isText],
  ["symbols", (value) => Array.isArray(value) && value.every(isText)],
  ["horizon_ms", isCount],
  ["features", isText],
  ["rows", isCount],
  ["first_ts", isCount],
  ["last_ts", isCount],
  ["dataset_sha256", isHash],
  ["model_sha256", isHash],
];
