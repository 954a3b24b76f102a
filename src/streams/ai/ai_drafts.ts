import type { WorkerLine } from "../../core/ai_mail.ts";
import type { Draft, Health, PolicyDenial } from "../../core/event.ts";

/** The words that the host has for what the AI process does: inputs of the log, and none of them is an order. */

/** The only two types of what it says that become events. A draft of any other type does not compile here. */
export type Advice = Draft<"recommendation"> | Draft<"feature_pack">;

/** All that comes of it. */
export type AiInput =
  | Advice
  | Draft<"health">
  | Draft<"lifecycle">
  | Draft<"policy_denial">
  | Draft<"stop_journal">;

export const AI_BOUNDARY = "AI_BOUNDARY";

export function adviceDraft(
  line: Extract<WorkerLine, { readonly type: Advice["type"] }>,
  ts: number,
): Advice {
  const from = { source: "ai_role", ts, cause: null } as const;
  // each its own payload alone: what else stands in the line is for the host
  return line.type === "recommendation"
    ? { type: line.type, ...from, payload: line.payload }
    : { type: line.type, ...from, payload: line.payload };
}

export function healthDraft(ts: number, said: Omit<Health, "role" | "origin">): Draft<"health"> {
  const { state, uptime_s, ...more } = said;
  const payload: Health = { role: "ai_role", state, uptime_s, origin: "input", ...more };
  return { type: "health", source: "ai_role", ts, cause: null, payload };
}

export function restartedDraft(ts: number, restarts: number): Draft<"lifecycle"> {
  const payload = {
    what: "role_restarted",
    detail: `ai_role: restart ${restarts}`,
    role: "ai_role",
  } as const;
  return { type: "lifecycle", source: "watchdog_role", ts, cause: null, payload };
}

export function deniedDraft(payload: PolicyDenial, ts: number): Draft<"policy_denial"> {
  return { type: "policy_denial", source: "watchdog_role", ts, cause: null, payload };
}

export function stopDraft(reason_code: string, detail: string, ts: number): Draft<"stop_journal"> {
  const payload = { component: "ai_role", reason_code, detail, origin: "input" } as const;
  return { type: "stop_journal", source: "watchdog_role", ts, cause: null, payload };
}
