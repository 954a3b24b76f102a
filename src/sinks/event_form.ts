import { eventIds } from "../core/event_id.ts";
import type { Event, PermittedDraft } from "../core/event.ts";

/**
 * An admitted draft as the event that it becomes: its JSON as on disk, and the object that roles see. The journal
 * writes by it and a replay compares by it, so that there is one form. It writes nothing itself.
 */
export class EventForm {
  readonly #idOf: (n: number) => string;
  readonly #runId: string;
  readonly #cmdlineHash: string;
  readonly #tail: string;

  constructor(runId: string, cmdlineHash: string) {
    this.#idOf = eventIds(runId).idOf;
    this.#runId = runId;
    this.#cmdlineHash = cmdlineHash;
    this.#tail = `","run_id":"${runId}","cmdline_hash":"${cmdlineHash}","payload":`;
  }

  idOf(n: number): string {
    return this.#idOf(n);
  }

  jsonOf(id: string, { ts, source, type, payload }: PermittedDraft): string {
    return `{"schema":"nore/${type}","v":1,"ts":${ts},"id":"${id}","source":"${source}","type":"${type}` +
      this.#tail + JSON.stringify(payload) + "}";
  }

  eventOf(id: string, { ts, source, type, payload }: PermittedDraft): Event {
    const run_id = this.#runId;
    const cmdline_hash = this.#cmdlineHash;
    return { schema: `nore/${type}`, v: 1, ts, id, source, type, run_id, cmdline_hash, payload } as Event;
  }
}
