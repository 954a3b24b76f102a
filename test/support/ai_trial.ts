import type { AiModel, AiRow, AiTask, WorkerLine } from "../../src/core/ai_mail.ts";
import { judgeSnapshot, type SnapshotVerdict } from "../../src/streams/ai/snapshot_gate.ts";
import { adviser } from "../../src/streams/ai/worker/adviser.ts";
import { AI_SYMBOLS, aiNight, type AiNightOptions, type Batch } from "./ai_night.ts";

/** A night with the adviser and the least of a host: it keeps the rows, judges a snapshot and gives the model back. */

export const AI_TASK: AiTask = {
  symbols: AI_SYMBOLS,
  horizon_ms: 30_000,
  advise_every_ms: 10_000,
  pack_every_ms: 300_000,
  snapshot_every_ms: 600_000,
  rows_max: 4000,
  model: null,
  rows: [],
};
export const ROWS_MIN = 60;
export const MARGIN = 0.0005;

export interface AiTrial {
  readonly lines: readonly { readonly batch: Batch; readonly lines: readonly WorkerLine[] }[];
  readonly verdicts: readonly SnapshotVerdict[];
  readonly active: AiModel | null;
}

interface Candidate {
  readonly model: AiModel;
  readonly trainedTs: number;
}

export function aiTrial(night: AiNightOptions, task: AiTask = AI_TASK): AiTrial {
  const worker = adviser(task);
  const lines: { batch: Batch; lines: readonly WorkerLine[] }[] = [];
  const verdicts: SnapshotVerdict[] = [];
  let later: AiRow[] = [];
  let lastTs = 0;
  let candidate: Candidate | null = null;
  let active: AiModel | null = task.model;

  function judge({ model, trainedTs }: Candidate): void {
    const trial = { candidate: model, active, trainedTs, rows: later, rowsMin: ROWS_MIN, margin: MARGIN };
    const verdict = judgeSnapshot(trial);
    verdicts.push(verdict);
    if (verdict.passes) worker.useModel(active = model);
  }

  for (const batch of aiNight({ symbols: task.symbols, ...night })) {
    const answer = worker.batch(batch);
    lines.push({ batch, lines: answer });
    for (const line of answer) {
      if (line.type === "feature_pack") {
        later.push(...line.rows);
        lastTs = Math.max(lastTs, ...line.rows.map((row) => row[0]!));
      }
      if (line.type === "training_snapshot") {
        if (candidate !== null) judge(candidate);
        candidate = { model: line.payload.model, trainedTs: lastTs };
        later = [];
      }
    }
  }
  return { lines, verdicts, active };
}
