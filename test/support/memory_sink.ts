import type { AnyDraft, Event, PermittedDraft } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import type { Deadletter, QueueSink } from "../../src/core/ports.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID } from "./sample_events.ts";

/** The log in memory: numbers events and forgets them; `onEvent` may keep what a test wants to see. */
export interface MemorySink extends QueueSink {
  readonly count: number;
  readonly turns: number;
  /** What the end of the next turn gives, in the place of a disk that fails. */
  fault: AnyDraft | null;
}

export function memorySink(onEvent: (event: Event) => void = () => {}): MemorySink {
  const { idOf } = eventIds(SAMPLE_RUN_ID);
  let count = 0;
  let turns = 0;
  const sink = {
    fault: null as AnyDraft | null,
    get count() {
      return count;
    },
    get turns() {
      return turns;
    },
    append({ type, source, ts, payload }: PermittedDraft): Event {
      const event = {
        schema: `nore/${type}`,
        v: 1,
        ts,
        id: idOf(count++),
        source,
        type,
        run_id: SAMPLE_RUN_ID,
        cmdline_hash: SAMPLE_CMDLINE_HASH,
        payload,
      } as Event;
      onEvent(event);
      return event;
    },
    endTurn() {
      turns++;
      const { fault } = sink;
      sink.fault = null;
      return fault;
    },
    deadletter(_letter: Deadletter) {},
    flushAged: () => null,
    finish() {},
  };
  return sink;
}
