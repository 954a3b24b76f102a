import type { AnyDraft, Event, OrderOutcome } from "./event.ts";

/**
 * The one state machine that ends a night: RUNNING → STOPPING → STOPPED, terminal. A night that ends in order goes
 * to STOPPED at once. The log asks it before every admission, so nothing can trade once a stop has begun.
 */
export type StopPhase = "RUNNING" | "STOPPING" | "STOPPED";

/**
 * Draft or event: the log asks before it writes, a verifier asks again when it reads.
 * Orders may still end (CANCELED, EXPIRED, REJECTED), never begin or fill.
 */
export function admits(phase: StopPhase, draft: AnyDraft | Event): boolean {
  if (phase === "RUNNING") return true;
  switch (draft.type) {
    case "order_result":
      return ENDINGS.has(draft.payload.result);
    case "order_intent":
    case "fill":
      return false;
    case "risk_action":
      return phase === "STOPPING" && draft.payload.action !== "STOP";
    default:
      return phase === "STOPPING";
  }
}

const ENDINGS: ReadonlySet<OrderOutcome> = new Set(["CANCELED", "EXPIRED", "REJECTED"]);

/** A risk STOP or a stop_journal: from here on nothing trades. */
export function beginsStop(event: Event): event is Event<"risk_action" | "stop_journal"> {
  return event.type === "stop_journal" || (event.type === "risk_action" && event.payload.action === "STOP");
}

export function nextPhase(phase: StopPhase, event: Event): StopPhase {
  if (event.type === "lifecycle" && event.payload.what === "ended") return "STOPPED";
  return phase === "RUNNING" && beginsStop(event) ? "STOPPING" : phase;
}
