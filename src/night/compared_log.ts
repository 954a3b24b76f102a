import type { AnyDraft, Event, PermittedDraft } from "../core/event.ts";
import type { QueueSink } from "../core/ports.ts";
import type { EventForm } from "../sinks/event_form.ts";
import type { LoggedEvent } from "../sinks/log_reader.ts";
import { type FieldDifference, firstDifference } from "./first_difference.ts";

/**
 * A log in the place of the journal: it gives its inputs one turn at a time and holds what the core makes of them
 * against what it has, byte for byte. It writes nothing and ends the fold at the first difference.
 */
export interface ComparedLogOptions {
  readonly events: Iterator<LoggedEvent, undefined>;
  readonly form: EventForm;
  /** The last event that cannot be behind a turn's cut: in a complete run any, in another the last anchored one. */
  readonly wholeToN: number;
  readonly onProgress: (events: number) => void;
}

export interface EventDifference extends FieldDifference {
  readonly n: number;
  /** Of the recorded event, or of the replayed one where there is none recorded. */
  readonly type: string | null;
  readonly kind: "other" | "one more" | "one less" | "failed";
  /** The event that the replay gives in its place, where it gives one. */
  readonly instead?: unknown;
}

/** What `append` throws where the fold must not go on: there is a difference, or the log was cut in its last turn. */
export class ComparisonEnded extends Error {}

const PROGRESS_EVERY = 10_000;

export class ComparedLog implements Pick<QueueSink, "append"> {
  readonly #options: ComparedLogOptions;
  #next: LoggedEvent | undefined;
  #n = 0;
  #inputs = 0;
  #wholeEvents = 0;
  #difference: EventDifference | null = null;
  #isClosed = false;

  constructor(options: ComparedLogOptions) {
    this.#options = options;
    this.#next = options.events.next().value;
  }

  get difference(): EventDifference | null {
    return this.#difference;
  }
  /** Turns that were gone through. */
  get inputs(): number {
    return this.#inputs;
  }
  /** Events of these turns. */
  get wholeEvents(): number {
    return this.#wholeEvents;
  }
  /** All events were met. */
  get isAtEnd(): boolean {
    return this.#next === undefined;
  }
  /** Events that were met in a turn that was not gone through. */
  get cutEvents(): number {
    return this.#n - this.#wholeEvents;
  }

  /** The drafts that its inputs were. Each is asked for when the turn before it is through. */
  *inputDrafts(): Generator<AnyDraft, undefined> {
    for (let input = this.#next; input !== undefined; input = this.#next) {
      const { n, event } = input;
      if (!isInput(event)) return this.#oneLess(input);
      yield inputDraftOf(event);
      if (this.#isClosed) return;
      if (this.#n === n) return this.#oneLess(input); // a stop before it has refused it
      this.#inputs++;
      this.#wholeEvents = this.#n;
    }
  }

  /** Nobody takes any more inputs: the turn that was begun is not gone through. */
  close(): void {
    this.#isClosed = true;
  }

  append(draft: PermittedDraft): Event {
    const recorded = this.#next;
    const { form } = this.#options;
    const id = form.idOf(this.#n);
    const json = form.jsonOf(id, draft);
    if (json !== recorded?.json) throw this.#end(draft, json);
    this.#next = this.#options.events.next().value;
    this.#n++;
    if (this.#n % PROGRESS_EVERY === 0) this.#options.onProgress(this.#n);
    return form.eventOf(id, draft);
  }

  #end(draft: PermittedDraft, json: string): ComparisonEnded {
    const recorded = this.#next;
    if (recorded === undefined && this.#n > this.#options.wholeToN + 1) {
      return new ComparisonEnded("The log ends in the middle of a turn");
    }
    const isTurnOver = recorded === undefined || (draft.cause !== null && isInput(recorded.event));
    const instead = JSON.parse(json) as Event;
    this.#difference = isTurnOver
      ? { n: this.#n, type: draft.type, kind: "one more", ...whole(undefined, instead) }
      : {
        n: this.#n,
        type: recorded.event.type,
        kind: "other",
        ...fieldOf(recorded, instead, json),
        instead,
      };
    return new ComparisonEnded("The replay gives another event");
  }

  #oneLess({ n, event }: LoggedEvent): undefined {
    this.#difference = { n, type: event.type, kind: "one less", ...whole(event, undefined) };
  }

  /** The core has thrown, which it had not when the log was written. */
  failed(message: string): void {
    const recorded = this.#next?.event;
    const type = recorded?.type ?? null;
    this.#difference = { n: this.#n, type, kind: "failed", ...whole(recorded, message) };
  }
}

function whole(recorded: unknown, replayed: unknown): FieldDifference {
  return { field: "", recorded, replayed };
}

function fieldOf({ event, json }: LoggedEvent, instead: Event, replayed: string): FieldDifference {
  if (event.type !== instead.type) return { field: "type", recorded: event.type, replayed: instead.type };
  return firstDifference(event, instead) ?? whole(json, replayed);
}

/** As it came in. */
export function inputDraftOf({ type, source, ts, payload }: Event): AnyDraft {
  return { type, source, ts, cause: null, payload } as AnyDraft;
}

/** What came from outside; all else is what the core has made of it. */
export function isInput({ type, payload }: Event): boolean {
  switch (type) {
    case "market_tick":
    case "recommendation":
    case "feature_pack":
    case "operator_command":
    case "timer":
    case "lifecycle":
      return true;
    case "health":
    case "stop_journal":
    case "policy_denial":
      return payload.origin === "input";
    default:
      return false;
  }
}
