import type { AnyDraft } from "../../core/event.ts";

/**
 * The stop that a refused draft brings about: an input where the draft was one, else derived from the same cause.
 * A refused stop cannot be answered by another stop: that is a broken invariant.
 */
export function stopDraft(refused: AnyDraft, reasonCode: string, detail: string): AnyDraft {
  if (refused.type === "stop_journal") throw new Error(`${reasonCode} in a stop_journal: ${detail}`);
  const payload = {
    component: refused.source,
    reason_code: reasonCode,
    detail,
    origin: refused.cause === null ? "input" as const : "derived" as const,
    ...(refused.cause === null ? {} : { cause: refused.cause }),
  };
  return { type: "stop_journal", source: "watchdog_role", ts: refused.ts, cause: refused.cause, payload };
}
