import type { Health, Proposal } from "../../core/event.ts";

/**
 * Whether the AI process lives. It is no part of what must live: where it falls, a derived DOWN asks for its restart,
 * and once it has fallen too often a last one says that it is off for the night. It never stops anything.
 */
export interface AiWatch {
  startedTs: number;
  /** Restarts that were asked for. */
  restarts: number;
  isOff: boolean;
}

export function openAiWatch(): AiWatch {
  return { startedTs: 0, restarts: 0, isOff: false };
}

/** Answers its own word that it is down. */
export function takeAiHealth(
  watch: AiWatch,
  { ts, payload }: { readonly ts: number; readonly payload: Health },
  limit: number,
): readonly Proposal<"health">[] {
  if (payload.state !== "DOWN" || watch.isOff) return [];
  if (payload.off === true) { // it never began
    watch.isOff = true;
    return [];
  }
  const detail = payload.detail ?? "ai_role is down";
  if (watch.restarts < limit) {
    watch.restarts++;
    return [
      aiHealth(watch, ts, { state: "DOWN", detail: `${detail}; restart ${watch.restarts} of ${limit}` }),
    ];
  }
  watch.isOff = true;
  const last = `${detail}; off for the night after ${limit} restarts`;
  return [aiHealth(watch, ts, { state: "DOWN", detail: last, off: true })];
}

/** The edge has begun it anew. */
export function takeAiRestart(watch: AiWatch, ts: number, detail: string): Proposal<"health"> {
  watch.startedTs = ts;
  return aiHealth(watch, ts, { state: "RESTARTED", detail });
}

function aiHealth(
  { startedTs }: AiWatch,
  ts: number,
  said: Pick<Health, "state" | "detail" | "off">,
): Proposal<"health"> {
  const uptime_s = (ts - startedTs) / 1000;
  return { type: "health", payload: { role: "ai_role", uptime_s, origin: "derived", ...said } };
}
