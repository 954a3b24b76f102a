import {
  type AiModel,
  type AiRow,
  type AiTask,
  type HostLine,
  modelIdOf,
  type SeenEvent,
  UNPROVEN_MODEL,
  type WorkerLine,
} from "../../../core/ai_mail.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import { ROW_HEAD } from "../ai_rows.ts";
import { onlineLearner } from "../online_learner.ts";
import { predict } from "../train_model.ts";
import { dataset } from "./dataset.ts";
import { driftWatch } from "./drift_watch.ts";
import { type RowMaker, rowMaker } from "./row_maker.ts";
import { schedule } from "./schedule.ts";

/**
 * What the worker makes of what it is told: batches in, lines out, and nothing else. The same batches give the same
 * lines; what is due is a matter of the log's time alone.
 */
export interface Adviser {
  /** Recommendations, then packs, a snapshot behind them, and last the heartbeat. */
  batch(line: Extract<HostLine, { readonly type: "batch" }>): readonly WorkerLine[];
  /** null: advise by what is learned here. So it does, too, where a model looks ahead otherwise than the task. */
  useModel(model: AiModel | null): void;
}

export function adviser(task: AiTask): Adviser {
  const makers: ReadonlyMap<string, RowMaker> = new Map(
    task.symbols.map((symbol, index) => [symbol, rowMaker(index, task.horizon_ms)]),
  );
  const learner = onlineLearner(task.horizon_ms);
  const rows = dataset(task.rows_max, task.rows);
  const advice = schedule(task.advise_every_ms);
  const packing = schedule(task.pack_every_ms);
  const training = schedule(task.snapshot_every_ms);
  let proven: AiModel | null = null;
  let modelId = UNPROVEN_MODEL;
  let drift = driftWatch(task.horizon_ms);
  task.rows.forEach((row) => learner.learn(row));
  useModel(task.model);

  function useModel(model: AiModel | null): void {
    proven = model?.horizon_ms === task.horizon_ms ? model : null;
    modelId = proven === null ? UNPROVEN_MODEL : modelIdOf(sha256Hex(JSON.stringify(proven)));
    drift = driftWatch(task.horizon_ms);
  }

  function take(event: SeenEvent): void {
    const maker = makers.get(event.payload.symbol);
    if (maker === undefined) return;
    if (event.type === "signal") maker.takeSignal(event.payload);
    if (event.type === "market_tick") maker.takeTick(event.payload, event.ts).forEach(collect);
  }

  function collect(row: AiRow): void {
    const model = proven ?? learner.model();
    drift.add(row[0]!, predict(model, row, ROW_HEAD), model.base_rate, row[2]!);
    learner.learn(row);
    rows.add(row);
  }

  function recommendations(ts: number): readonly WorkerLine[] {
    const model = proven ?? learner.model();
    return [...makers].flatMap(([symbol, maker]): readonly WorkerLine[] => {
      const features = maker.features(ts);
      if (features === null) return [];
      const p_up = Math.round(predict(model, features) * 1e6) / 1e6;
      const payload = { symbol, horizon_ms: task.horizon_ms, p_up, model_id: modelId };
      return [{ type: "recommendation", payload }];
    });
  }

  return {
    batch({ seq, ts, dropped, events }) {
      if (dropped > 0) for (const maker of makers.values()) maker.beginAnew();
      for (const event of events) take(event);
      const lines = advice.isDue(ts) ? [...recommendations(ts)] : [];
      const isPackDue = packing.isDue(ts);
      const isTrainingDue = training.isDue(ts);
      if (isPackDue || isTrainingDue || rows.isFull) lines.push(...rows.packs());
      const snapshot = isTrainingDue ? rows.snapshot(task.horizon_ms) : null;
      if (snapshot !== null) lines.push(snapshot);
      const payload = { seq, rows: rows.count, drift: drift.isDrifting };
      return [...lines, { type: "heartbeat", payload }];
    },
    useModel,
  };
}
