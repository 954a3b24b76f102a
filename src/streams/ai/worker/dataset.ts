import type { AiRow, WorkerLine } from "../../../core/ai_mail.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import { FEATURES_VERSION } from "../ai_rows.ts";
import { trainModel } from "../train_model.ts";

/** The rows collected so far: what is new goes out as packs, and the newest of what was told is what a model is trained on. */
export interface Dataset {
  /** Collected so far, kept or not. */
  readonly count: number;
  /** New rows fill a pack. */
  readonly isFull: boolean;
  add(row: AiRow): void;
  /** All new rows, in packs that fit a line. */
  packs(): readonly WorkerLine[];
  /** What the packs have taught: null where that is too little. */
  snapshot(horizonMs: number): WorkerLine | null;
}

/** Some 250 kB of JSON. */
export const PACK_ROWS_MAX = 2000;
/** Fewer teach nothing that could be tested. */
export const SNAPSHOT_ROWS_MIN = 100;

/** `rows` were told by a process before it. */
export function dataset(rowsMax: number, rows: readonly AiRow[]): Dataset {
  let told = rows.slice(-rowsMax);
  let fresh: AiRow[] = [];
  let count = 0;

  function packOf(rows: readonly AiRow[]): WorkerLine {
    const content_sha256 = sha256Hex(JSON.stringify(rows));
    const payload = { name: "direction", version: FEATURES_VERSION, rows: rows.length, content_sha256 };
    return { type: "feature_pack", payload, rows };
  }

  return {
    get count() {
      return count;
    },
    get isFull() {
      return fresh.length >= PACK_ROWS_MAX;
    },
    add(row) {
      fresh.push(row);
      count++;
    },
    packs() {
      const lines: WorkerLine[] = [];
      for (let from = 0; from < fresh.length; from += PACK_ROWS_MAX) {
        lines.push(packOf(fresh.slice(from, from + PACK_ROWS_MAX)));
      }
      told = [...told, ...fresh].slice(-rowsMax);
      fresh = [];
      return lines;
    },
    snapshot(horizonMs) {
      if (told.length < SNAPSHOT_ROWS_MIN) return null;
      const dataset_sha256 = sha256Hex(JSON.stringify(told));
      const payload = { rows: told.length, dataset_sha256, model: trainModel(told, horizonMs) };
      return { type: "training_snapshot", payload };
    },
  };
}
