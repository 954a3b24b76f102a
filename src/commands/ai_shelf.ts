import type { KeepAiFile } from "../night/open_run.ts";
import type { AiFit, AiStore } from "../sinks/ai_store.ts";
import type { AiShelf } from "../streams/ai/ai_learning.ts";

/** What a night has learned goes to the store that outlives it, and a copy of all that it names to the run. */
export interface AiShelfOptions {
  readonly store: AiStore;
  readonly fit: Required<AiFit>;
  /** What the pointer named when the night began, whether it could be used or not. */
  readonly pointed: number | null;
  readonly keepAiFile: KeepAiFile;
  readonly runId: string;
  readonly symbols: readonly string[];
}

export function aiShelf({ store, fit, pointed, keepAiFile, runId, symbols }: AiShelfOptions): AiShelf {
  /** Of the pointer, as this night knows it. */
  let known = pointed;
  return {
    keepPack: (text) => void keepAiFile("pack", text),
    keepSnapshot({ model, rows }, created_ts) {
      keepAiFile("model", JSON.stringify(model));
      const { source, features } = fit;
      return store.keep({ created_ts, run_id: runId, source, symbols, features, rows, model });
    },
    activate(n, change) {
      const moved = store.activate(n, change);
      if (!moved.ok) return moved.why;
      known = n;
      return null;
    },
    changed() {
      const pointer = store.pointer();
      if ("problem" in pointer || pointer.n === known) return null;
      known = pointer.n;
      const { active: found, said } = store.active(fit);
      const reason = [pointer.reason, said ?? ""].filter((part) => part !== "").join("; ");
      if (found === null) return { active: null, reason };
      const { n, model, model_sha256: modelSha256 } = found;
      keepAiFile("model", JSON.stringify(model));
      return { active: { n, model, modelSha256 }, reason };
    },
  };
}
