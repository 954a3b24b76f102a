import { defer, map, type OperatorFunction } from "rxjs";
import type { Event, PermittedDraft } from "../../core/event.ts";
import type { QueueSink } from "../../core/ports.ts";
import { admits, beginsStop, nextPhase, type StopPhase } from "../../core/stop_state.ts";
import { Refusal } from "./refusal.ts";

export interface JournalOptions {
  /** Told once, in the turn that begins a stop, with its reason code. */
  readonly onStopping: (reasonCode: string) => void;
  /** Told of each draft that came after a stop had begun: counted, not journaled. */
  readonly onRefusedAfterStop: () => void;
}

/** Gives each permitted draft its number, id and line. The log itself refuses to trade once a stop has begun. */
export function numberAndJournal(
  sink: QueueSink,
  options: JournalOptions,
): OperatorFunction<PermittedDraft | Refusal, Event | Refusal> {
  return (draft$) =>
    defer(() => {
      let phase: StopPhase = "RUNNING";
      return draft$.pipe(map((draft) => {
        if (draft instanceof Refusal) return draft;
        if (!admits(phase, draft)) {
          options.onRefusedAfterStop();
          return new Refusal(null);
        }
        const event = sink.append(draft);
        if (phase === "RUNNING" && beginsStop(event)) options.onStopping(event.payload.reason_code);
        phase = nextPhase(phase, event);
        return event;
      }));
    });
}
