import type { Findings } from "./findings.ts";
import type { CheckedLine, RunReader } from "./run_reader.ts";

/** Checks what stands beside a queue's inbox: acks without gaps, the cursor where they end, deadletters in form. */
interface Ack {
  readonly consumer: string;
  readonly from: number;
  readonly to: number;
  readonly ts: number;
}

export function verifyQueue(
  reader: RunReader,
  findings: Findings,
  options: {
    readonly runId: string;
    readonly queue: string;
    readonly lines: number;
    readonly lastN: number;
    readonly isComplete: boolean;
  },
): { readonly deadletters: number } {
  const folder = `queues/${options.queue}`;
  const acked = verifyAcks(reader, findings, folder, options);
  verifyCursor(reader, findings, folder, { ...options, acked });
  let deadletters = 0;
  let ts = 0;
  for (const segment of reader.segments(folder, "deadletter")) {
    for (const line of reader.lines(segment)) {
      const letter = line.value as { readonly ts: number };
      if (Object.keys(letter).join() !== "ts,reason_code,detail,bytes,raw" || !(letter.ts >= ts)) {
        findings.problem(line.file, line.line, "is not a deadletter in the order of time");
      }
      ts = letter.ts;
      deadletters++;
    }
  }
  return { deadletters };
}

/** Lines acked, by consumer. */
function verifyAcks(
  reader: RunReader,
  findings: Findings,
  folder: string,
  options: { readonly lines: number; readonly isComplete: boolean },
): ReadonlyMap<string, number> {
  const next = new Map<string, number>();
  let last: CheckedLine | null = null;
  for (const segment of reader.segments(folder, "acks")) {
    for (const line of reader.lines(segment)) {
      const ack = line.value as Ack;
      const from = next.get(ack.consumer) ?? 0;
      if (Object.keys(ack).join() !== "consumer,from,to,ts" || ack.from !== from || !(ack.to >= ack.from)) {
        findings.problem(line.file, line.line, `acks ${ack.from} to ${ack.to}, expected from ${from} on`);
      }
      next.set(ack.consumer, ack.to + 1);
      last = line;
    }
  }
  for (const [consumer, acked] of next) {
    if (acked > options.lines || (options.isComplete && acked < options.lines)) {
      const reason = `${consumer} acked ${acked} lines, the inbox has ${options.lines}`;
      findings.problem(last!.file, last!.line, reason);
    }
  }
  return next;
}

function verifyCursor(
  reader: RunReader,
  findings: Findings,
  folder: string,
  options: {
    readonly runId: string;
    readonly queue: string;
    readonly lines: number;
    readonly lastN: number;
    readonly isComplete: boolean;
    readonly acked: ReadonlyMap<string, number>;
  },
): void {
  const path = `${folder}/cursor.json`;
  const cursor = reader.artefact(path);
  if (cursor === null) return;
  if (cursor["run_id"] !== options.runId || cursor["queue"] !== options.queue) {
    findings.problem(path, null, `is of run ${cursor["run_id"]}, queue ${cursor["queue"]}`);
  }
  const consumers = cursor["consumers"] as Readonly<
    Record<
      string,
      { readonly file: string; readonly offset: number; readonly line: number; readonly n: number }
    >
  >;
  const active = `${folder}/inbox.jsonl`;
  const size = reader.bytes(active)?.length ?? 0;
  for (const [consumer, { file, offset, line, n }] of Object.entries(consumers)) {
    const acked = options.acked.get(consumer) ?? 0;
    const isAtEnd = file === "inbox.jsonl" && offset === size && n === options.lastN &&
      line === options.lines;
    if (options.isComplete ? line !== acked || !isAtEnd : line > options.lines) {
      const place = `${file} offset ${offset} line ${line} n ${n}`;
      const expected = `inbox.jsonl offset ${size} line ${options.lines} n ${options.lastN}`;
      findings.problem(path, null, `${consumer} stands at ${place}, expected ${expected}`);
    }
  }
  for (const consumer of options.acked.keys()) {
    if (!(consumer in consumers)) findings.problem(path, null, `${consumer} acks but has no cursor`);
  }
}
