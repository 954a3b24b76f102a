import { eventIds } from "../core/event_id.ts";
import type { Event, PolicyDigests, StopJournal } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import { EventCheck } from "./event_check.ts";
import type { AiCheck } from "./verify_ai.ts";
import type { Findings } from "./findings.ts";
import type { CheckedLine, RunReader } from "./run_reader.ts";
import type { AnchorChain } from "./verify_anchors.ts";
import type { RunBasis } from "./verify_folder.ts";
import type { QueueLog } from "./verify_queue.ts";

/** Reads all inboxes as the one log that they are: every n exactly once and in order, and the chain as the anchors say. */
export interface LogSummary {
  readonly lastN: number;
  /** Time of the last event. */
  readonly lastTs: number;
  readonly head: string;
  readonly queues: ReadonlyMap<string, QueueLog>;
  /** The first stop_journal, which names the reason of a stopped night. */
  readonly stop: (StopJournal & { readonly ts: number }) | null;
  /** What has come into force behind the policy of the manifest. */
  readonly policies: readonly PolicyDigests[];
  /** The last event is the one that ends a night. */
  readonly isEnded: boolean;
  /** Lines that only a crash can leave: behind the last whole prefix, after the last anchor. */
  readonly tailLines: number;
}

/** Where one inbox has been read to. */
interface Head {
  readonly queue: string;
  readonly source: Iterator<CheckedLine>;
  line: CheckedLine | null;
  /** Of `line`. */
  n: number;
  lines: number;
  lastN: number;
  readonly anchored: { readonly to: number; readonly ts: number }[];
}

export interface VerifyLogOptions<Tally> {
  readonly basis: RunBasis;
  readonly queues: readonly string[];
  readonly chain: AnchorChain;
  readonly tallying: Machine<Tally, Event, never>;
  readonly tally: Tally;
  readonly ai: Pick<AiCheck, "problemOf">;
  readonly onProgress: (events: number) => void;
}

const PROGRESS_EVERY = 10_000;

export function verifyLog<Tally>(
  reader: RunReader,
  findings: Findings,
  options: VerifyLogOptions<Tally>,
): LogSummary {
  const { chain, tallying, tally, ai, basis: { manifest, contracts } } = options;
  const { numberOf } = eventIds(manifest.run_id);
  const check = new EventCheck(manifest, contracts, numberOf);
  const heads = options.queues.map((queue) => openHead(reader, queue));
  for (const head of heads) advance(head, numberOf, findings);
  let stop: LogSummary["stop"] = null;
  const policies: PolicyDigests[] = [];
  let lastTs = 0;

  let n = 0;
  for (;; n++) {
    const head = heads.find((candidate) => candidate.n === n);
    if (head === undefined) {
      const later = heads.filter(({ line }) => line !== null);
      if (later.length === 0) break;
      if (!chain.isFinal && n > chain.lastN) break; // what a crash leaves
      const nearest = later.reduce((a, b) => (b.n < a.n ? b : a));
      const { file, line } = nearest.line!;
      findings.problem(file, line, `event ${n} is missing before event ${nearest.n}`);
      n = nearest.n - 1;
      continue;
    }
    const line = head.line!;
    const event = line.value as unknown as Event;
    const problem = check.problemOf(event, n, head.queue) ?? tallyProblem(tallying, tally, event) ??
      ai.problemOf(event);
    if (problem !== null) findings.problem(line.file, line.line, problem);
    else if (event.type === "stop_journal") stop ??= { ...event.payload, ts: event.ts };
    else if (event.type === "lifecycle" && event.payload.policy !== undefined) {
      policies.push(event.payload.policy);
    }
    lastTs = event.ts;
    head.lines++;
    head.lastN = n;
    const anchor = chain.add(n, event.ts, line.hash);
    if (anchor !== null) anchorQueues(heads, anchor.ts);
    advance(head, numberOf, findings);
    if (n % PROGRESS_EVERY === 0) options.onProgress(n);
  }
  chain.finish(n - 1);
  return {
    lastN: n - 1,
    lastTs,
    head: chain.head,
    queues: new Map(heads.map((head) => [head.queue, head])),
    stop,
    policies,
    isEnded: check.phase === "STOPPED",
    tailLines: heads.reduce((sum, head) => sum + countRest(head, numberOf, findings), 0),
  };
}

function tallyProblem<Tally>(
  tallying: Machine<Tally, Event, never>,
  tally: Tally,
  event: Event,
): string | null {
  try {
    tallying.step(tally, event);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function anchorQueues(heads: readonly Head[], ts: number): void {
  for (const { anchored, lines } of heads) {
    if (lines - 1 > (anchored.at(-1)?.to ?? -1)) anchored.push({ to: lines - 1, ts });
  }
}

function countRest(head: Head, numberOf: (id: string) => number, findings: Findings): number {
  let lines = 0;
  for (; head.line !== null; lines++) advance(head, numberOf, findings);
  return lines;
}

function openHead(reader: RunReader, queue: string): Head {
  const segments = reader.segments(`queues/${queue}`, "inbox");
  const source = (function* () {
    for (const path of segments) yield* reader.lines(path);
  })();
  return { queue, source, line: null, n: -1, lines: 0, lastN: -1, anchored: [] };
}

/** Moves to the queue's next line whose id is of this run and further on than the last; others are problems. */
function advance(head: Head, numberOf: (id: string) => number, findings: Findings): void {
  for (;;) {
    const next = head.source.next();
    if (next.done === true) {
      head.line = null;
      head.n = -1;
      return;
    }
    const { file, line, value } = next.value;
    const { id } = value;
    const n = typeof id === "string" ? numberOf(id) : -1;
    if (n > head.n) {
      head.line = next.value;
      head.n = n;
      return;
    }
    const reason = n === -1
      ? `id ${JSON.stringify(id)} is not of this run`
      : `event ${n} stands after event ${head.n}: doubled or out of order`;
    findings.problem(file, line, reason);
  }
}
