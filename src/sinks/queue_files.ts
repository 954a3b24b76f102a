import { formatLine } from "../core/journal_line.ts";
import type { Deadletter, Files } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { writeArtefact } from "./atomic_file.ts";
import type { QueuePosition, ReadTo } from "./run_position.ts";
import { SegmentedFile } from "./segmented_file.ts";

const RAW_BYTES_MAX = 4096;
/** What is looked at for secrets: more than is kept, so that none is cut in two and shows its first half. */
const RAW_BYTES_REDACTED = 65_536;

/**
 * One queue's folder: inbox, acks, deadletter and the cursor that says how far each consumer has read.
 * Roles run inside the turn, so a line that is written has been read; acks say so once per anchor.
 */
export class QueueFiles {
  readonly name: string;
  readonly inbox: SegmentedFile;
  readonly acks: SegmentedFile;
  readonly deadletter: SegmentedFile;
  readonly #files: Files;
  readonly #folder: string;
  readonly #runId: string;
  readonly #consumers: readonly string[];
  #ackedLines: number;
  /** n of the last event in the inbox, −1 for none. */
  lastN: number;

  constructor(options: {
    readonly files: Files;
    readonly folder: string;
    readonly name: string;
    readonly runId: string;
    readonly consumers: readonly string[];
    readonly rotateBytes: number;
    /** Where a queue that goes on stands; null for a new one. */
    readonly position: QueuePosition | null;
  }) {
    const { files, folder, rotateBytes, position } = options;
    this.name = options.name;
    this.#files = files;
    this.#folder = folder;
    this.#runId = options.runId;
    this.#consumers = options.consumers;
    files.makeDirectory(folder);
    this.#ackedLines = position?.acked.line ?? 0;
    this.lastN = position?.lastN ?? -1;
    this.inbox = new SegmentedFile(files, folder, "inbox", rotateBytes, position?.inbox);
    this.acks = new SegmentedFile(files, folder, "acks", rotateBytes, position?.acks);
    this.deadletter = new SegmentedFile(files, folder, "deadletter", rotateBytes, position?.deadletter);
  }

  get all(): readonly SegmentedFile[] {
    return [this.inbox, this.acks, this.deadletter];
  }

  get hasUnacked(): boolean {
    return this.inbox.lines > this.#ackedLines;
  }

  /**
   * Adds an ack line per consumer for the lines since the last ack, if there are any; `lines`: how many of the inbox's
   * it reaches. Call when the inbox is written.
   */
  ack(ts: number, lines: number = this.inbox.lines): void {
    if (lines === this.#ackedLines) return;
    for (const consumer of this.#consumers) {
      this.acks.add(
        formatLine(JSON.stringify({ consumer, from: this.#ackedLines, to: lines - 1, ts })),
      );
    }
    this.#ackedLines = lines;
  }

  addDeadletter({ ts, reason_code, detail, raw }: Deadletter): void {
    const text = Buffer.from(raw.subarray(0, RAW_BYTES_REDACTED)).toString("latin1");
    this.deadletter.add(formatLine(JSON.stringify({
      ts,
      reason_code,
      detail: redact(detail),
      bytes: raw.length,
      raw: Buffer.from(redact(text), "latin1").subarray(0, RAW_BYTES_MAX).toString("base64"),
    })));
  }

  /** Call when what the acks count is written. */
  writeCursor(): void {
    const { name: file, bytes: offset } = this.inbox;
    const readTo = { file, offset, line: this.#ackedLines, n: this.lastN };
    const place = { runId: this.#runId, queue: this.name, consumers: this.#consumers };
    writeCursor(this.#files, this.#folder, place, readTo);
  }
}

/** All consumers stand at the same place. */
export function writeCursor(
  files: Files,
  folder: string,
  { runId, queue, consumers }: {
    readonly runId: string;
    readonly queue: string;
    readonly consumers: readonly string[];
  },
  readTo: ReadTo,
): void {
  writeArtefact(files, `${folder}/cursor.json`, {
    schema: "nore/cursor",
    v: 1,
    run_id: runId,
    queue,
    consumers: Object.fromEntries(consumers.map((consumer) => [consumer, readTo])),
  });
}
