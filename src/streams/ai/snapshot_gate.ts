import type { AiModel, AiRow } from "../../core/ai_mail.ts";
import { ROW_HEAD } from "./ai_rows.ts";
import { predict } from "./train_model.ts";

/** Whether a trained model may take over: it must forecast later data better than what it would replace. */
export interface SnapshotTrial {
  readonly candidate: AiModel;
  /** It must be beaten, and so must the base rate: who says nothing is better than who says it badly. */
  readonly active: AiModel | null;
  /** The newest time in the candidate's dataset. */
  readonly trainedTs: number;
  readonly rows: readonly AiRow[];
  readonly rowsMin: number;
  /** By which its Brier score must be the lower. */
  readonly margin: number;
}

export interface SnapshotVerdict {
  readonly passes: boolean;
  /** For a reader. */
  readonly reason: string;
  /** null where there was no row to judge by. */
  readonly brier: { readonly candidate: number | null; readonly reference: number | null };
}

export function judgeSnapshot(trial: SnapshotTrial): SnapshotVerdict {
  const { candidate, active, rowsMin, margin } = trial;
  const rows = laterRows(trial);
  const ofBase = brierOf(rows, () => candidate.base_rate);
  const ofActive = active === null ? null : brierOf(rows, (row) => predict(active, row, ROW_HEAD));
  const isActiveBetter = ofBase !== null && ofActive !== null && ofActive < ofBase;
  const reference = isActiveBetter ? ofActive : ofBase;
  const brier = { candidate: brierOf(rows, (row) => predict(candidate, row, ROW_HEAD)), reference };
  const name = isActiveBetter ? "the active model" : "the base rate";
  if (rows.length < rowsMin || brier.candidate === null || reference === null) {
    return { passes: false, brier, reason: `${rows.length} later rows, wanted at least ${rowsMin}` };
  }
  if (!Number.isFinite(brier.candidate)) {
    return { passes: false, brier, reason: `its Brier score is ${brier.candidate}, no number` };
  }
  const passes = reference - brier.candidate > margin;
  const figures = `Brier score ${shown(brier.candidate)} against ${shown(reference)} of ${name}`;
  const said = passes ? `better by more than ${margin}` : `not better by more than ${margin}`;
  return { passes, brier, reason: `${figures} on ${rows.length} later rows: ${said}` };
}

/** A row that began before the dataset's last outcome was known shares a part of it. */
function laterRows({ rows, candidate, trainedTs }: SnapshotTrial): readonly AiRow[] {
  return rows.filter((row) => row[0]! >= trainedTs + candidate.horizon_ms);
}

function brierOf(rows: readonly AiRow[], forecast: (row: AiRow) => number): number | null {
  if (rows.length === 0) return null;
  let sum = 0;
  for (const row of rows) {
    const miss = forecast(row) - row[2]!;
    sum += miss * miss;
  }
  return sum / rows.length;
}

function shown(score: number): string {
  return String(Math.round(score * 1e6) / 1e6);
}
