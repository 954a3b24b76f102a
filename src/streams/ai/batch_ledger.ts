import { modelIdOf, UNPROVEN_MODEL, type WorkerLine } from "../../core/ai_mail.ts";
import type { Recommendation } from "../../core/event.ts";

/**
 * What the AI process was given and has answered. It speaks when asked, in order, not without end, and by no model that
 * it was not given.
 */
export interface BatchLedger {
  /** Batches that wait for their heartbeat. */
  readonly unanswered: number;
  /** The number of the next batch, which is sent now. */
  send(): number;
  /** It may advise by this model from now on; null for by none. */
  give(modelSha256: string | null): void;
  /** Takes a line in; null where it may be said here, else what is wrong with that. */
  hear(line: WorkerLine, ts: number): string | null;
}

/** Of one answer: a word on each symbol, all rows that a dataset may hold, one training. */
const LINES_MAX: Readonly<Record<WorkerLine["type"], number>> = {
  recommendation: 16,
  feature_pack: 11,
  training_snapshot: 1,
  heartbeat: 1,
  probe_result: 0,
};

/** Between two trainings there lies at least so much time: training again costs the night time, keeping it room. */
export function batchLedger(trainingMsMin: number): BatchLedger {
  let trainedTs = -Infinity;
  let sent = 0;
  let answered = 0;
  const counts = new Map<WorkerLine["type"], number>();
  const modelIds = new Set([UNPROVEN_MODEL]);
  return {
    get unanswered() {
      return sent - answered;
    },
    send: () => ++sent,
    give: (modelSha256) => void (modelSha256 === null || modelIds.add(modelIdOf(modelSha256))),
    hear(line, ts) {
      if (sent === answered) return `${line.type} that nobody has asked for`;
      const count = (counts.get(line.type) ?? 0) + 1;
      counts.set(line.type, count);
      const most = LINES_MAX[line.type];
      if (count > most) {
        return `${count} times ${line.type} in answer to batch ${answered + 1}, at most ${most}`;
      }
      if (line.type === "training_snapshot") {
        const sinceMs = ts - trainedTs;
        trainedTs = ts;
        if (sinceMs < trainingMsMin) {
          return `training_snapshot after ${sinceMs} ms, expected at least ${trainingMsMin}`;
        }
      }
      if (line.type === "recommendation") return adviceProblem(line.payload, modelIds);
      if (line.type !== "heartbeat") return null;
      const { seq } = line.payload;
      if (seq !== answered + 1) return `heartbeat of batch ${seq}, expected ${answered + 1}`;
      answered++;
      counts.clear();
      return null;
    },
  };
}

function adviceProblem({ model_id }: Recommendation, modelIds: ReadonlySet<string>): string | null {
  return modelIds.has(model_id) ? null : `advice by ${model_id}, which it was not given`;
}
