import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";

/**
 * Checks what stands beside a queue's inbox: acks that follow the anchors, the cursor where they end, deadletters in
 * form. A night writes inbox, acks, cursor, anchor in this order; they are read the other way round, so that one
 * that still runs is not ahead of what was read of it.
 */
interface Ack {
  readonly consumer: unknown;
  readonly from: number;
  readonly to: number;
  readonly ts: number;
  readonly file: string;
  readonly line: number;
}

interface Position {
  readonly file: string;
  readonly offset: number;
  readonly line: number;
  readonly n: number;
}

/** What the log says of a queue. */
export interface QueueLog {
  readonly lines: number;
  /** n of the queue's last event, −1 for none. */
  readonly lastN: number;
  /** Up to which line each anchor that saw new ones covers the queue, and when. */
  readonly anchored: readonly { readonly to: number; readonly ts: number }[];
}

/** What was read beside the inbox, before the log. */
export interface QueueSide {
  readonly queue: string;
  readonly acks: readonly Ack[];
  readonly cursor: ReadonlyMap<string, Position>;
}

export function readQueueSide(
  reader: RunReader,
  findings: Findings,
  options: { readonly runId: string; readonly queue: string },
): QueueSide {
  const { queue } = options;
  const cursor = readCursor(reader, findings, options);
  const acks: Ack[] = [];
  for (const segment of reader.segments(`queues/${queue}`, "acks")) {
    for (const { file, line, value } of reader.lines(segment)) {
      const { consumer, from, to, ts } = value as unknown as Ack;
      if (Object.keys(value).join() === "consumer,from,to,ts") {
        acks.push({ consumer, from, to, ts, file, line });
      } else findings.problem(file, line, "is not an ack with consumer, from, to and ts");
    }
  }
  return { queue, acks, cursor };
}

function readCursor(
  reader: RunReader,
  findings: Findings,
  { runId, queue }: { readonly runId: string; readonly queue: string },
): ReadonlyMap<string, Position> {
  const path = `queues/${queue}/cursor.json`;
  const fields = reader.artefact(path);
  if (fields === null) return new Map();
  const { schema, v, run_id, queue: name, consumers } = fields;
  const identity = JSON.stringify([schema, v, run_id, name]);
  const expected = JSON.stringify(["nore/cursor", 1, runId, queue]);
  if (identity !== expected) {
    findings.problem(path, null, `schema, v, run_id, queue are ${identity}, expected ${expected}`);
  }
  if (typeof consumers === "object" && consumers !== null && Object.values(consumers).every(isPosition)) {
    return new Map(Object.entries(consumers as Readonly<Record<string, Position>>));
  }
  findings.problem(path, null, "consumers are not positions with file, offset, line and n");
  return new Map();
}

function isPosition(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { file, offset, line, n } = value as Position;
  return Object.keys(value).join() === "file,offset,line,n" && typeof file === "string" &&
    [offset, line, n].every(Number.isSafeInteger);
}

interface QueueOptions {
  readonly side: QueueSide;
  readonly log: QueueLog;
  readonly isComplete: boolean;
}

/** Call when the log has been read. */
export function verifyQueue(reader: RunReader, findings: Findings, options: QueueOptions): void {
  const acked = verifyAcks(findings, options);
  const { side, log, isComplete } = options;
  const size = reader.lengths.get(`queues/${side.queue}/inbox.jsonl`)?.[0] ?? 0;
  for (const [consumer, { file, offset, line, n }] of side.cursor) {
    const isRight = isComplete
      ? file === "inbox.jsonl" && offset === size && line === log.lines && n === log.lastN
      : line <= acked && n <= log.lastN;
    if (isRight) continue;
    const place = `${file} offset ${offset} line ${line} n ${n}`;
    const end = `inbox.jsonl offset ${size} line ${log.lines} n ${log.lastN}, ${acked} lines are acked`;
    findings.problem(
      `queues/${side.queue}/cursor.json`,
      null,
      `${consumer} stands at ${place}, the end is at ${end}`,
    );
  }
}

/**
 * For each anchor that saw new lines an ack of each consumer, in the cursor's order; in a run cut short perhaps more,
 * for which the anchor did not come. Gives the number of lines that all have acked.
 */
function verifyAcks(findings: Findings, { side, log, isComplete }: QueueOptions): number {
  const { lines, anchored } = log;
  const consumers = [...side.cursor.keys()];
  let next = 0;
  let acked = 0;
  for (const [i, { file, line, ...ack }] of side.acks.entries()) {
    const consumer = consumers[i % consumers.length];
    const anchor = anchored[Math.floor(i / consumers.length)];
    const fits = ack.consumer === consumer && ack.from === acked && (
      anchor === undefined
        ? !isComplete && ack.to >= acked && ack.to < lines && (next === acked || ack.to === next - 1)
        : ack.to === anchor.to && ack.ts === anchor.ts
    );
    if (!fits) {
      const range = anchor === undefined
        ? `what follows line ${acked} of ${lines}`
        : `lines ${acked} to ${anchor.to} at ${anchor.ts}`;
      const { from, to, ts } = ack;
      const reason =
        `${ack.consumer} acks lines ${from} to ${to} at ${ts}, expected ${consumer} with ${range}`;
      findings.problem(file, line, reason);
    }
    next = ack.to + 1;
    if ((i + 1) % consumers.length === 0) acked = next;
  }
  const covered = consumers.length === 0 ? 0 : (anchored.at(-1)?.to ?? -1) + 1;
  if (acked < covered) {
    const reason = `${acked} lines are acked by all that read them, the anchors cover ${covered}`;
    findings.problem(`queues/${side.queue}/acks.jsonl`, null, reason);
  }
  return acked;
}

/** How many deadletters there are. */
export function verifyDeadletters(reader: RunReader, findings: Findings, queue: string): number {
  let letters = 0;
  let ts = 0;
  for (const segment of reader.segments(`queues/${queue}`, "deadletter")) {
    for (const { file, line, value } of reader.lines(segment)) {
      const names = Object.keys(value).join();
      const letterTs = value["ts"] as number;
      if (names !== "ts,reason_code,detail,bytes,raw" || !(letterTs >= ts)) {
        findings.problem(file, line, "is not a deadletter in the order of time");
      } else ts = letterTs;
      letters++;
    }
  }
  return letters;
}
