import type { AiModel, AiTask, HostLine, WorkerLine } from "../../../core/ai_mail.ts";

/** What is said of the market. It knows nothing but what batches tell it. */
export interface Adviser {
  /** The last line is the heartbeat that answers the batch. */
  batch(line: Extract<HostLine, { readonly type: "batch" }>): readonly WorkerLine[];
  useModel(model: AiModel | null): void;
}

export function adviser(_task: AiTask): Adviser {
  return {
    batch: ({ seq }) => [{ type: "heartbeat", payload: { seq, rows: 0, drift: false } }],
    useModel() {},
  };
}
