import type { Contracts } from "../core/contracts.ts";
import type { Event } from "../core/event.ts";
import { admits, nextPhase, type StopPhase } from "../core/stop_state.ts";
import type { Manifest } from "./verify_folder.ts";

/**
 * Checks events one after the other in log order: each valid, in its queue and of this run, every cause in its own
 * turn, nothing traded after a stop.
 */
const ENVELOPE = "schema,v,ts,id,source,type,run_id,cmdline_hash,payload";
const ENVELOPE_WITH_ISO = ENVELOPE.replace("ts,", "ts,ts_iso,");

export class EventCheck {
  readonly #manifest: Manifest;
  readonly #contracts: Contracts;
  readonly #numberOf: (id: string) => number;
  #phase: StopPhase = "RUNNING";
  #ts = 0;
  #turnStart = 0;
  #turnTs = 0;

  constructor(manifest: Manifest, contracts: Contracts, numberOf: (id: string) => number) {
    this.#manifest = manifest;
    this.#contracts = contracts;
    this.#numberOf = numberOf;
  }

  /** STOPPED where the log has said its last word. */
  get phase(): StopPhase {
    return this.#phase;
  }

  /** Null where event number `n`, found in `queue`, is good enough to be counted. */
  problemOf(event: Event, n: number, queue: string): string | null {
    const problem = this.#contracts.checkEvent(event) ?? this.#placeProblem(event, n, queue) ??
      this.#turnProblem(event, n);
    if (problem === null) this.#phase = nextPhase(this.#phase, event);
    return problem;
  }

  #placeProblem(event: Event, n: number, queue: string): string | null {
    const { run_id, cmdline_hash, started_ts } = this.#manifest;
    const names = Object.keys(event).join();
    if (names !== ENVELOPE && names !== ENVELOPE_WITH_ISO) {
      return `has the fields ${names}, expected ${ENVELOPE}`;
    }
    const ownQueue = this.#contracts.queueOf(event.type);
    if (ownQueue !== queue) return `${event.type} belongs into ${ownQueue}, not into ${queue}`;
    if (event.run_id !== run_id) return `run_id is ${event.run_id}, expected ${run_id}`;
    if (event.cmdline_hash !== cmdline_hash) return "cmdline_hash is not the manifest's";
    if (event.ts < this.#ts) return `ts ${event.ts} is before that of the event before, ${this.#ts}`;
    if (!admits(this.#phase, event)) {
      return `${event.type} after ${this.#phase === "STOPPED" ? "the end" : "a stop had begun"}`;
    }
    const isStart = event.type === "lifecycle" && event.payload.what === "started";
    if (isStart !== (n === 0)) return isStart ? "the night has started before" : "expected lifecycle started";
    if (isStart && event.ts !== started_ts) return `ts is ${event.ts}, the manifest says ${started_ts}`;
    return null;
  }

  /** An input begins a turn; what is derived names a cause in its own turn and has its time. */
  #turnProblem(event: Event, n: number): string | null {
    this.#ts = event.ts;
    const { cause } = event.payload as { readonly cause?: string };
    if (cause === undefined) {
      this.#turnStart = n;
      this.#turnTs = event.ts;
      return null;
    }
    const causeN = this.#numberOf(cause);
    if (causeN < this.#turnStart || causeN >= n) return `cause ${cause} is not an event of the same turn`;
    return event.ts === this.#turnTs ? null : `ts is ${event.ts}, that of its turn ${this.#turnTs}`;
  }
}
