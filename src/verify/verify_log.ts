import { eventIds } from "../core/event_id.ts";
import type { Event } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import { admits, nextPhase, type StopPhase } from "../core/stop_state.ts";
import type { AnchorChain } from "./verify_anchors.ts";
import type { Findings } from "./findings.ts";
import type { CheckedLine, RunReader } from "./run_reader.ts";
import type { RunBasis } from "./verify_folder.ts";

/**
 * Reads all inboxes as the one log that they are: every n exactly once and in order, every event valid, every cause in
 * its own turn, nothing traded after a stop, and the chain as the anchors say.
 */
export interface LogSummary {
  readonly lastN: number;
  readonly head: string;
  /** Per queue: lines, and n of each queue's last event. */
  readonly queues: ReadonlyMap<string, { readonly lines: number; readonly lastN: number }>;
  /** Lines that only a crash can leave: behind the last whole prefix, after the last anchor. */
  readonly tailLines: number;
}

interface Head {
  readonly queue: string;
  readonly source: Iterator<CheckedLine>;
  line: CheckedLine | null;
  n: number;
  lines: number;
  lastN: number;
}

export function verifyLog<Tally>(
  reader: RunReader,
  findings: Findings,
  options: {
    readonly basis: RunBasis;
    readonly chain: AnchorChain;
    readonly tallying: Machine<Tally, Event, never>;
    readonly tally: Tally;
    readonly onProgress: (events: number) => void;
  },
): LogSummary {
  const { basis, chain, tallying, tally } = options;
  const ids = eventIds(basis.manifest.run_id);
  const heads = basis.config.queues.names.map((queue) => openHead(reader, queue));
  for (const head of heads) advance(head, ids.numberOf, findings);
  const log = new LogCheck(basis, ids.numberOf, findings);

  let n = 0;
  for (;; n++) {
    const head = heads.find((candidate) => candidate.line !== null && candidate.n === n);
    if (head === undefined) {
      const later = heads.filter(({ line }) => line !== null);
      if (later.length === 0) break;
      if (!chain.isFinal && n > chain.lastN) break; // what a crash leaves
      const nearest = later.reduce((a, b) => (b.n < a.n ? b : a));
      findings.problem(
        nearest.line!.file,
        nearest.line!.line,
        `event ${n} is missing before event ${nearest.n}`,
      );
      n = nearest.n - 1;
      continue;
    }
    const line = head.line!;
    const event = line.value as Event;
    if (log.check(event, line, head.queue)) {
      try {
        tallying.step(tally, event);
      } catch (error) {
        findings.problem(line.file, line.line, error instanceof Error ? error.message : String(error));
      }
    }
    chain.add(n, event.ts, line);
    head.lines++;
    head.lastN = n;
    advance(head, ids.numberOf, findings);
    if (n % 10_000 === 0) options.onProgress(n);
  }
  chain.finish(n - 1);
  return {
    lastN: n - 1,
    head: chain.head,
    queues: new Map(heads.map(({ queue, lines, lastN }) => [queue, { lines, lastN }])),
    tailLines: heads.reduce((sum, { line, source }) => sum + (line === null ? 0 : 1 + count(source)), 0),
  };
}

function count(source: Iterator<CheckedLine>): number {
  let lines = 0;
  while (source.next().done !== true) lines++;
  return lines;
}

function openHead(reader: RunReader, queue: string): Head {
  const segments = reader.segments(`queues/${queue}`, "inbox");
  const source = (function* () {
    for (const path of segments) yield* reader.lines(path);
  })();
  return { queue, source, line: null, n: -1, lines: 0, lastN: -1 };
}

/** Moves to the queue's next line whose id is of this run and further on than the last; others are problems. */
function advance(head: Head, numberOf: (id: string) => number, findings: Findings): void {
  for (;;) {
    const next = head.source.next();
    head.line = next.done === true ? null : next.value;
    if (head.line === null) return;
    const id = (head.line.value as { readonly id?: unknown } | null)?.id;
    const n = typeof id === "string" ? numberOf(id) : -1;
    if (n > head.n) {
      head.n = n;
      return;
    }
    const reason = n === -1
      ? `id ${JSON.stringify(id)} is not of this run`
      : `event ${n} stands after event ${head.n}: doubled or out of order`;
    findings.problem(head.line.file, head.line.line, reason);
  }
}

/** Checks events one after the other in log order. */
class LogCheck {
  readonly #basis: RunBasis;
  readonly #numberOf: (id: string) => number;
  readonly #findings: Findings;
  #phase: StopPhase = "RUNNING";
  #ts = 0;
  #turnStart = 0;
  #turnTs = 0;

  constructor(basis: RunBasis, numberOf: (id: string) => number, findings: Findings) {
    this.#basis = basis;
    this.#numberOf = numberOf;
    this.#findings = findings;
  }

  /** True where the event is good enough to be counted. */
  check(event: Event, line: CheckedLine, queue: string): boolean {
    const problem = this.#basis.contracts.checkEvent(event) ?? this.#placeProblem(event, queue) ??
      this.#turnProblem(event);
    if (problem !== null) this.#findings.problem(line.file, line.line, problem);
    else this.#phase = nextPhase(this.#phase, event);
    return problem === null;
  }

  #placeProblem(event: Event, queue: string): string | null {
    const { manifest, contracts } = this.#basis;
    if (contracts.queueOf(event.type) !== queue) return `a ${event.type} does not belong into ${queue}`;
    if (event.run_id !== manifest.run_id) return `run_id is ${event.run_id}, expected ${manifest.run_id}`;
    if (event.cmdline_hash !== manifest.cmdline_hash) return "cmdline_hash is not the manifest's";
    if (event.ts < this.#ts) return `ts ${event.ts} is before that of the event before, ${this.#ts}`;
    if (!admits(this.#phase, event)) return `a ${event.type} after a stop had begun`;
    return null;
  }

  /** An input begins a turn; what is derived names a cause in its own turn and has its time. */
  #turnProblem(event: Event): string | null {
    const n = this.#numberOf(event.id);
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
