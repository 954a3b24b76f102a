import type { AnyDraft, Event } from "./event.ts";

/**
 * The one state machine that ends a night: RUNNING → STOPPING → STOPPED, terminal.
 * The log asks it before every admission, so nothing can trade once a stop has begun.
 */
export type StopPhase = "RUNNING" | "STOPPING" | "STOPPED";

/** Draft or event: the log asks before it writes, a verifier asks again when it reads. */
export function admits(phase: StopPhase, draft: AnyDraft | Event): boolean {
  if (phase === "RUNNING") return true;
  if (phase === "STOPPED") return false;
  switch (draft.type) {
    case "order_intent":
    case "fill":
      return false;
    case "order_result":
      return draft.payload.result !== "ACCEPTED";
    case "risk_action":
      return draft.payload.action !== "STOP";
    default:
      return true;
  }
}

/** A risk STOP or a stop_journal: from here on nothing trades. */
export function beginsStop(event: Event): event is Event<"risk_action" | "stop_journal"> {
  return event.type === "stop_journal" || (event.type === "risk_action" && event.payload.action === "STOP");
}

export function nextPhase(phase: StopPhase, event: Event): StopPhase {
  if (event.type === "lifecycle" && event.payload.what === "ended") return "STOPPED";
  return phase === "RUNNING" && beginsStop(event) ? "STOPPING" : phase;
}
