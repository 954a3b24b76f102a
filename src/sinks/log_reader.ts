import { eventIds } from "../core/event_id.ts";
import type { Event } from "../core/event.ts";
import { parseLine } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";

/** Reads what a run has written back as the log that it is. It believes no line whose hash does not fit. */
export interface WrittenLine {
  /** Of the segment that it stands in. */
  readonly segment: string;
  /** The byte behind it in that segment. */
  readonly end: number;
  readonly hash: string;
  readonly json: string;
  readonly value: unknown;
}

export interface LoggedEvent extends WrittenLine {
  readonly queue: string;
  readonly n: number;
  readonly event: Event;
}

/** The segments of a .jsonl file that are there, the oldest first. */
export function segmentNames(files: Files, folder: string, stem: string): readonly string[] {
  const form = new RegExp(`^${stem}(?:\\.[0-9]{6})?\\.jsonl$`);
  return files.list(folder).filter((name) => form.test(name)); // digits sort before the active file's "j"
}

/**
 * What stands before the first NUL. Nothing of ours holds one: it is a sector that a power loss kept from the disk
 * while a later one, or the length, had reached it.
 */
export function beforeHole(bytes: Uint8Array): Uint8Array {
  const hole = bytes.indexOf(0);
  return hole === -1 ? bytes : bytes.subarray(0, hole);
}

/** All whole lines of a file, through its segments. What has no newline or holds a hole is what a crash left. */
export function* linesOfFile(files: Files, folder: string, stem: string): Generator<WrittenLine, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const segment of segmentNames(files, folder, stem)) {
    const isActive = segment === `${stem}.jsonl`; // the others were synced when they were closed
    const written = files.read(`${folder}/${segment}`);
    const bytes = isActive ? beforeHole(written) : written;
    for (let start = 0, end = 0; (end = bytes.indexOf(10, start) + 1) > 0; start = end) {
      const line = parseLine(decoder.decode(bytes.subarray(start, end - 1)));
      if (!line.ok) throw new Error(`${folder}/${segment}, byte ${start}: ${line.problem}`);
      yield { segment, end, hash: line.hash, json: line.json, value: JSON.parse(line.json) };
    }
  }
}

/** The longest run of events without a gap over all queues, in the order of their numbers. */
export function* readLog(
  files: Files,
  runFolder: string,
  { runId, queues }: { readonly runId: string; readonly queues: readonly string[] },
): Generator<LoggedEvent, undefined> {
  const { numberOf } = eventIds(runId);
  const eventsOf = function* (queue: string): Generator<LoggedEvent, undefined> {
    for (const line of linesOfFile(files, `${runFolder}/queues/${queue}`, "inbox")) {
      const { segment, end, hash, json, value } = line;
      const event = value as Event;
      yield { segment, end, hash, json, value, queue, event, n: numberOf(event.id) };
    }
  };
  const sources = queues.map(eventsOf);
  const heads = sources.map((source) => source.next().value);
  for (let n = 0;; n++) {
    const at = heads.findIndex((head) => head?.n === n);
    if (at === -1) return;
    yield heads[at]!;
    heads[at] = sources[at]!.next().value;
  }
}

/** An input names no cause. */
export function beginsTurn({ payload }: Event): boolean {
  return (payload as { readonly cause?: string }).cause === undefined;
}

/** The same, a turn at a time: an input and all that followed from it. */
export function* readTurns(
  ...where: Parameters<typeof readLog>
): Generator<readonly LoggedEvent[], undefined> {
  let turn: LoggedEvent[] = [];
  for (const logged of readLog(...where)) {
    if (beginsTurn(logged.event) && turn.length > 0) {
      yield turn;
      turn = [];
    }
    turn.push(logged);
  }
  if (turn.length > 0) yield turn;
}
