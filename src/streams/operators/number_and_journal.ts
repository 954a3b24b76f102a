import { defer, map, type OperatorFunction } from "rxjs";
import type { Event, EventType, PermittedDraft, PermittedOrder } from "../../core/event.ts";
import type { QueueSink } from "../../core/ports.ts";
import { admits, beginsStop, nextPhase, type StopPhase } from "../../core/stop_state.ts";
import { Refusal } from "./refusal.ts";

export interface JournalOptions {
  /** Where the log of a run that goes on stands; left out for a new one. */
  readonly phase?: StopPhase;
  /** Told once, in the turn that begins a stop, with its reason code. */
  readonly onStopping: (reasonCode: string) => void;
  /** Told of each draft that came after a stop had begun: counted, not journaled. */
  readonly onRefusedAfterStop: () => void;
}

/** An event as roles see it. An order among them is one that policy has permitted: no other kind comes out of the log. */
export type AdmittedEvent<T extends EventType = EventType> = {
  readonly [K in T]: K extends "order_intent" ? PermittedOrder : Event<K>;
}[T];

/** Gives each permitted draft its number, id and line. The log itself refuses to trade once a stop has begun. */
export function numberAndJournal(
  sink: Pick<QueueSink, "append">,
  options: JournalOptions,
): OperatorFunction<PermittedDraft | Refusal, AdmittedEvent | Refusal> {
  return (draft$) =>
    defer(() => {
      let phase: StopPhase = options.phase ?? "RUNNING";
      return draft$.pipe(map((draft) => {
        if (draft instanceof Refusal) return draft;
        if (!admits(phase, draft)) {
          options.onRefusedAfterStop();
          return new Refusal(null);
        }
        const event = sink.append(draft) as AdmittedEvent; // the draft was permitted, so its event is
        if (phase === "RUNNING" && beginsStop(event)) options.onStopping(event.payload.reason_code);
        phase = nextPhase(phase, event);
        return event;
      }));
    });
}
