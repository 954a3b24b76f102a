import type { AiModel, AiRow, AiTraining } from "../../core/ai_mail.ts";
import type { AiSnapshotNews } from "../../core/advice.ts";
import type { FeaturePack } from "../../core/event.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { isRow } from "./ai_rows.ts";
import { judgeSnapshot } from "./snapshot_gate.ts";
import { trainModel } from "./train_model.ts";

/**
 * What becomes of what the AI process learns. A pack is what its hash says, a snapshot is trained again from the packs,
 * and it advises only once it has beaten the active one on data that came later.
 */
export interface AiLearning {
  /** The newest rows of all packs, which a process that is begun anew goes on from. */
  readonly rows: readonly AiRow[];
  /** Of the model that advises; null where none does. */
  readonly active: ActiveModel | null;
  /** Null where the pack was kept, else what is wrong with it. */
  takePack(pack: FeaturePack, rows: readonly AiRow[], ts: number): string | null;
  /** What there is to say of it, in order. */
  takeTraining(training: AiTraining, ts: number): readonly AiNews[];
  /** Whether an operator has made another one active, or none; null where nobody has. */
  lookAtShelf(): AiNews | null;
}

export interface AiNews {
  readonly snapshot: AiSnapshotNews;
  readonly detail: string;
}

export interface ActiveModel {
  /** Its number in the shelf. */
  readonly n: number;
  readonly model: AiModel;
  readonly modelSha256: string;
}

/** Where what was learned outlives the night. */
export interface AiShelf {
  /** The rows of a pack, for the run. */
  keepPack(text: string): void;
  /** Gives its number. */
  keepSnapshot(snapshot: KeptSnapshot, ts: number): number;
  /** Null where it is active now, else why not: the pointer was changed by somebody else. */
  activate(n: number, said: { readonly ts: number; readonly reason: string }): string | null;
  /** What somebody else has made active since the last look, with why; null where nobody has. */
  changed(): { readonly active: ActiveModel | null; readonly reason: string } | null;
}

export interface KeptSnapshot {
  readonly model: AiModel;
  readonly rows: readonly AiRow[];
}

export interface AiLearningOptions {
  readonly shelf: AiShelf;
  /** How many there are. */
  readonly symbols: number;
  readonly horizonMs: number;
  readonly rowsMax: number;
  readonly rowsMin: number;
  readonly margin: number;
  readonly active: ActiveModel | null;
  /** From when on rows can be told. */
  readonly startTs: number;
  /** Of a run that goes on. */
  readonly rows: readonly AiRow[];
}

/** Nobody learns more of a symbol than a row in this time, so what is kept of it has an end. */
const ROW_MS_MIN = 1000;

/** One that waits for later data to be judged by. */
interface Candidate extends ActiveModel {
  readonly datasetSha256: string;
  readonly lastTs: number;
}

export function aiLearning(options: AiLearningOptions): AiLearning {
  const { shelf, symbols, horizonMs, rowsMax, rowsMin, margin, startTs } = options;
  let told = 0;
  let rows: readonly AiRow[] = options.rows.slice(-rowsMax);
  let active = options.active;
  let candidate: Candidate | null = null;

  /** Whether the one that waits has proved itself by now, and what there is to say of that. */
  const judge = (ts: number): { readonly news: readonly AiNews[]; readonly kept: string } => {
    if (candidate === null) return { news: [], kept: "" };
    const { n, model, modelSha256, datasetSha256, lastTs } = candidate;
    const trial = { candidate: model, active: active?.model ?? null, trainedTs: lastTs, rows };
    const found = judgeSnapshot({ ...trial, rowsMin, margin });
    const problem = found.passes ? shelf.activate(n, { ts, reason: found.reason }) : found.reason;
    if (problem !== null) return { news: [], kept: `; snapshot ${n} stays inactive: ${problem}` };
    active = { n, model, modelSha256 };
    const snapshot = digestsOf("activated", n, modelSha256, datasetSha256);
    const detail = `snapshot ${n} advises from now on: ${found.reason}`;
    return { news: [{ snapshot, detail }], kept: "" };
  };

  return {
    get rows() {
      return rows;
    },
    get active() {
      return active;
    },
    takePack(pack, packRows, ts) {
      const text = JSON.stringify(packRows);
      const problem = packRows.every((row) => isRow(row, symbols))
        ? packProblem(pack, packRows, text)
        : "feature_pack: a row that is none";
      if (problem !== null) return problem;
      told += packRows.length;
      const most = symbols * Math.ceil((ts - startTs) / ROW_MS_MIN);
      if (told > most) return `feature_pack: ${told} rows by now, the time has room for ${most}`;
      shelf.keepPack(text);
      rows = [...rows, ...packRows].slice(-rowsMax);
      return null;
    },
    takeTraining(training, ts) {
      const { news, kept } = judge(ts);
      candidate = null;
      const modelText = JSON.stringify(training.model);
      const modelSha256 = sha256Hex(modelText);
      const datasetSha256 = sha256Hex(JSON.stringify(rows));
      const problem = trainingProblem(training, { rows, datasetSha256, modelText, horizonMs });
      if (problem !== null) {
        const snapshot = digestsOf("refused", null, modelSha256, training.dataset_sha256);
        return [...news, { snapshot, detail: `a snapshot is refused: ${problem}${kept}` }];
      }
      const { model } = training;
      const n = shelf.keepSnapshot({ model, rows }, ts);
      candidate = { n, model, modelSha256, datasetSha256, lastTs: newestTs(rows) };
      const detail = `snapshot ${n}: trained on ${rows.length} rows, waits for later data${kept}`;
      return [...news, { snapshot: digestsOf("trained", n, modelSha256, datasetSha256), detail }];
    },
    lookAtShelf() {
      const changed = shelf.changed();
      if (changed === null) return null;
      active = changed.active;
      const n = active?.n ?? null;
      const what = n === null ? "none advises any more" : `snapshot ${n} advises from now on`;
      const snapshot = digestsOf("rolled_back", n, active?.modelSha256 ?? null, null);
      return { snapshot, detail: `by hand, ${what}: ${changed.reason}` };
    },
  };
}

function digestsOf(
  what: AiSnapshotNews["what"],
  n: number | null,
  model_sha256: string | null,
  dataset_sha256: string | null,
): AiSnapshotNews {
  return { what, n, model_sha256, dataset_sha256 };
}

/** Rows of several symbols are not quite in the order of time. */
function newestTs(rows: readonly AiRow[]): number {
  return rows.reduce((newest, [ts]) => Math.max(newest, ts!), 0);
}

function packProblem(
  { rows, content_sha256 }: FeaturePack,
  packRows: readonly AiRow[],
  text: string,
): string | null {
  if (rows !== packRows.length) return `feature_pack: says ${rows} rows, has ${packRows.length}`;
  const actual = sha256Hex(text);
  return actual === content_sha256
    ? null
    : `feature_pack: SHA-256 of its rows is ${actual}, it says ${content_sha256}`;
}

/** Whoever trains on the same rows gets the same model, or it is not believed. */
function trainingProblem(
  training: AiTraining,
  { rows, datasetSha256, modelText, horizonMs }: {
    readonly rows: readonly AiRow[];
    readonly datasetSha256: string;
    readonly modelText: string;
    readonly horizonMs: number;
  },
): string | null {
  if (training.dataset_sha256 !== datasetSha256) {
    return `trained on the rows ${training.dataset_sha256}, its packs give ${datasetSha256}`;
  }
  if (training.rows !== rows.length) return `says ${training.rows} rows, its packs give ${rows.length}`;
  const again = JSON.stringify(trainModel(rows, horizonMs));
  return again === modelText
    ? null
    : `training again gives the model ${sha256Hex(again)}, it says ${sha256Hex(modelText)}`;
}
