import { type Anchor, genesisHead, isAnchorDue, NO_ANCHOR } from "../core/audit_chain.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { beginsTurn, linesOfFile, type LoggedEvent, segmentNames, type WrittenLine } from "./log_reader.ts";

/** How far a run has come on disk, so that it can be gone on with: everything that its writers know of what they wrote. */
export interface RunPosition {
  /** n of the next event. */
  readonly nextN: number;
  /** Of the last event, 0 without one. */
  readonly ts: number;
  readonly hasEnded: boolean;
  readonly queues: ReadonlyMap<string, QueuePosition>;
  readonly anchors: AnchorPosition;
}

export interface QueuePosition {
  /** In the order in which they acknowledge. */
  readonly consumers: readonly string[];
  readonly inbox: readonly Segment[];
  readonly acks: readonly Segment[];
  readonly deadletter: readonly Segment[];
  /** n of the last event in the inbox, −1 for none. */
  readonly lastN: number;
  /** What the acks reach, which is what the anchors reach. */
  readonly acked: ReadTo;
}

/** A place in a queue's inbox, as a cursor has it. */
export interface ReadTo {
  readonly file: string;
  readonly offset: number;
  readonly line: number;
  readonly n: number;
}

export interface AnchorPosition {
  readonly segments: readonly Segment[];
  readonly count: number;
  /** Hash of the last anchor's line. */
  readonly previous: string;
  readonly head: string;
  /** n of the first event that no anchor covers. */
  readonly first: number;
  /** The line hashes of the events behind the last anchor, written or owed, and the time of the first of them. */
  readonly waiting: readonly string[];
  readonly waitingSinceTs: number;
  /** Bytes of each file as the last anchor that names it says. */
  readonly lengths: ReadonlyMap<string, number>;
  /** Anchors that a power loss has taken while it kept the inboxes: one alone may not cover all that lies there. */
  readonly owed: readonly OwedAnchor[];
}

export interface OwedAnchor {
  /** Of the lines that it covers, and the time of the last. */
  readonly hashes: readonly string[];
  readonly ts: number;
  /** The inboxes of the queues that they came to, up to them. */
  readonly inboxes: ReadonlyMap<string, { readonly lines: number; readonly segments: readonly Segment[] }>;
}

/** A segment of a .jsonl file: what is kept of it. */
export interface Segment {
  readonly name: string;
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Follows a log that is read back, and says where its writers stood when the last event kept had been written. It
 * takes the run for verified.
 */
export class PositionReader {
  readonly #options: PositionReaderOptions;
  readonly #anchors: Iterator<WrittenLine, undefined>;
  #nextAnchor: WrittenLine | undefined;
  readonly #queues: ReadonlyMap<string, QueueMarks>;
  #nextN = 0;
  #ts = 0;
  #hasEnded = false;
  #count = 0;
  #previous = NO_ANCHOR;
  #head: string;
  #waiting: string[] = [];
  #waitingSinceTs = 0;
  #owed: OwedAnchor[] = [];
  /** n of the first event that no anchor covers. */
  #first = 0;
  readonly #lengths = new Map<string, number>();

  constructor(options: PositionReaderOptions) {
    this.#options = options;
    const { files, runFolder, runId, queues } = options;
    this.#head = genesisHead(runId, files.read(`${runFolder}/manifest.json`));
    this.#anchors = linesOfFile(files, `${runFolder}/audit`, "anchors");
    this.#nextAnchor = this.#anchors.next().value;
    this.#queues = new Map(
      queues.map((queue) => [queue, { inbox: new LineCounter(), n: -1, acked: NOTHING }]),
    );
  }

  /** n of the last event that the next anchor covers; −1 where no anchor is left. */
  get nextAnchorLastN(): number {
    return (this.#nextAnchor?.value as Anchor | undefined)?.last ?? -1;
  }

  /** Takes the next event of the log for kept. */
  keep({ queue, n, event, hash, segment, end }: LoggedEvent): void {
    if (beginsTurn(event) && isAnchorDue(this.#waiting.length, this.#waitingSinceTs, event.ts)) this.#owe();
    const marks = this.#queues.get(queue)!;
    marks.inbox.add(segment, end);
    marks.n = n;
    this.#nextN = n + 1;
    this.#ts = event.ts;
    this.#hasEnded ||= event.type === "lifecycle" && event.payload.what === "ended";
    if (this.#waiting.length === 0) this.#waitingSinceTs = event.ts;
    this.#waiting.push(hash);
    if (this.nextAnchorLastN === n) this.#passAnchor(this.#nextAnchor!);
  }

  position(): RunPosition {
    const { files, runFolder } = this.#options;
    if (this.#nextAnchor !== undefined) {
      throw new Error(`Anchor ${this.#count} covers events behind ${this.#nextN - 1}, the last that is kept`);
    }
    return {
      nextN: this.#nextN,
      ts: this.#ts,
      hasEnded: this.#hasEnded,
      queues: new Map([...this.#queues].map(([queue, marks]) => [queue, this.#queuePosition(queue, marks)])),
      anchors: {
        segments: wholeLines(files, `${runFolder}/audit`, "anchors"),
        count: this.#count,
        previous: this.#previous,
        head: this.#head,
        first: this.#first,
        waiting: this.#waiting,
        waitingSinceTs: this.#waitingSinceTs,
        lengths: this.#lengths,
        owed: this.#owed,
      },
    };
  }

  #passAnchor({ hash, value }: WrittenLine): void {
    const { head, files } = value as Anchor;
    this.#count++;
    this.#previous = hash;
    this.#head = head;
    this.#waiting = [];
    this.#owed = [];
    this.#first = this.#nextN;
    for (const [path, [bytes]] of Object.entries(files)) {
      forgetRotated(this.#lengths, path);
      this.#lengths.set(path, bytes);
    }
    for (const marks of this.#queues.values()) marks.acked = readTo(marks);
    this.#nextAnchor = this.#anchors.next().value;
  }

  #owe(): void {
    const hashes = this.#waiting;
    const inboxes = new Map<string, { readonly lines: number; readonly segments: readonly Segment[] }>();
    for (const [queue, { inbox, n }] of this.#queues) {
      if (n < this.#nextN - hashes.length) continue;
      inboxes.set(queue, { lines: inbox.lines, segments: inbox.kept() });
    }
    this.#owed.push({ hashes, ts: this.#ts, inboxes });
    this.#waiting = [];
  }

  #queuePosition(queue: string, { inbox, n, acked }: QueueMarks): QueuePosition {
    const { files, runFolder } = this.#options;
    const folder = `${runFolder}/queues/${queue}`;
    const cursor = openArtefact(new TextDecoder().decode(files.read(`${folder}/cursor.json`)));
    const acks = new LineCounter();
    for (const { segment, end, value } of linesOfFile(files, folder, "acks")) {
      if ((value as { readonly to: number }).to >= acked.line) break; // for an anchor that did not come
      acks.add(segment, end);
    }
    return {
      consumers: Object.keys(cursor["consumers"] as object),
      inbox: inbox.segments(segmentNames(files, folder, "inbox")),
      acks: acks.segments(segmentNames(files, folder, "acks")),
      deadletter: wholeLines(files, folder, "deadletter"),
      lastN: n,
      acked,
    };
  }
}

export interface PositionReaderOptions {
  readonly files: Files;
  readonly runFolder: string;
  readonly runId: string;
  readonly queues: readonly string[];
}

interface QueueMarks {
  readonly inbox: LineCounter;
  n: number;
  acked: ReadTo;
}

const NOTHING: ReadTo = { file: "inbox.jsonl", offset: 0, line: 0, n: -1 };

function readTo({ inbox: { last, lines }, n }: QueueMarks): ReadTo {
  return last === null ? NOTHING : { file: last.name, offset: last.bytes, line: lines, n };
}

/** A .jsonl file of which all whole lines are kept. */
export function wholeLines(files: Files, folder: string, stem: string): readonly Segment[] {
  const counter = new LineCounter();
  for (const { segment, end } of linesOfFile(files, folder, stem)) counter.add(segment, end);
  return counter.segments(segmentNames(files, folder, stem));
}

/** Counts the lines that are kept of a file, by segment. */
class LineCounter {
  readonly #segments = new Map<string, { name: string; bytes: number; lines: number }>();
  last: Segment | null = null;
  lines = 0;

  add(name: string, end: number): void {
    const segment = this.#segments.get(name) ?? { name, bytes: 0, lines: 0 };
    this.#segments.set(name, segment);
    segment.bytes = end;
    segment.lines++;
    this.last = segment;
    this.lines++;
  }

  /** As it is now. */
  kept(): readonly Segment[] {
    return [...this.#segments.values()].map((segment) => ({ ...segment }));
  }

  /** Of those that are there, also the ones of which nothing is kept. */
  segments(names: readonly string[]): readonly Segment[] {
    return names.map((name) => this.#segments.get(name) ?? { name, bytes: 0, lines: 0 });
  }
}

/** A new segment (it sorts first): the active file is another one now, even where it is as long as the last was. */
export function forgetRotated(lengths: Map<string, unknown>, path: string): void {
  const active = path.replace(/\.[0-9]{6}\.jsonl$/, ".jsonl");
  if (active !== path && !lengths.has(path)) lengths.delete(active);
}
