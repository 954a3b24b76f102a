import type { AppendHandle, Files } from "../core/ports.ts";
import { syncOnce } from "./journal_failure.ts";
import type { Segment } from "./run_position.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();

/**
 * An append-only file of lines that rotates: the active file keeps its name, full ones become `.000001`, `.000002`, ….
 * A batch is never split over two segments. After a failed write the rest of the batch is kept, so a retry loses nothing.
 * After a failed sync it rotates no more.
 */
export class SegmentedFile {
  readonly #files: Files;
  readonly #folder: string;
  readonly #stem: string;
  readonly #rotateBytes: number;
  #handle: AppendHandle;
  #pending = "";
  #pendingLines = 0;
  #unwritten: Uint8Array = NOTHING;
  #rotation: (() => void)[] = [];
  #isSynced: boolean;
  /** A sync has failed, and nobody knows what is there: only the active file may hold what is no line. */
  #isInDoubt = false;
  #bytes: number;
  #lines: number;
  #segmentLines: number;
  readonly #closed: Segment[];

  /** `segments`: what is there already, the oldest first; a crash while it rotates leaves no active one. */
  constructor(
    files: Files,
    folder: string,
    stem: string,
    rotateBytes: number,
    segments: readonly Segment[] = [],
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#stem = stem;
    this.#rotateBytes = rotateBytes;
    const active = segments.find(({ name }) => name === this.name);
    this.#closed = segments.filter((segment) => segment !== active);
    this.#bytes = active?.bytes ?? 0;
    this.#segmentLines = active?.lines ?? 0;
    this.#lines = segments.reduce((sum, { lines }) => sum + lines, 0);
    this.#isSynced = this.#bytes === 0; // nobody knows what was synced before
    this.#handle = files.append(`${folder}/${this.name}`);
  }

  /** Of the active file. */
  get name(): string {
    return `${this.#stem}.jsonl`;
  }
  /** Bytes written to the active file. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Lines added so far, in all segments and waiting. */
  get lines(): number {
    return this.#lines;
  }
  get pendingLines(): number {
    return this.#pendingLines;
  }
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Takes a line that ends in a newline; it waits for the next write. */
  add(line: string): void {
    this.#pending += line;
    this.#pendingLines++;
    this.#lines++;
  }

  /** Writes what waits as one batch. Throws what the file system says; calling again goes on where it failed. */
  write(): void {
    this.#finishBatch();
    if (this.#pendingLines === 0) return;
    const batch = encoder.encode(this.#pending);
    if (!this.#isInDoubt && this.#bytes > 0 && this.#bytes + batch.length > this.#rotateBytes) this.#rotate();
    this.#pending = "";
    this.#segmentLines += this.#pendingLines;
    this.#pendingLines = 0;
    this.#unwritten = batch;
    this.#finishBatch();
  }

  /** Puts on the disk what was written. */
  sync(): void {
    if (this.#isSynced) return;
    try {
      syncOnce(() => this.#handle.sync());
    } catch (error) {
      this.#isInDoubt = true;
      this.#rotation = [];
      throw error;
    }
    this.#isSynced = true;
  }

  close(): void {
    syncOnce(() => this.#handle.close());
  }

  /** Every segment with what was written to it, the oldest first. */
  segments(): readonly Segment[] {
    return [...this.#closed, { name: this.name, bytes: this.#bytes, lines: this.#segmentLines }];
  }

  #finishBatch(): void {
    while (this.#unwritten.length > 0) {
      this.#isSynced = false;
      const count = this.#handle.write(this.#unwritten);
      this.#bytes += count;
      this.#unwritten = this.#unwritten.subarray(count);
    }
  }

  /** Step by step: when one fails, the next call goes on with it. */
  #rotate(): void {
    if (this.#rotation.length === 0) this.#rotation = this.#rotationSteps();
    for (; this.#rotation.length > 0; this.#rotation.shift()) this.#rotation[0]!();
  }

  #rotationSteps(): (() => void)[] {
    const active = `${this.#folder}/${this.name}`;
    const name = `${this.#stem}.${String(this.#closed.length + 1).padStart(6, "0")}.jsonl`;
    return [
      () => this.sync(),
      () => this.close(),
      () => this.#files.rename(active, `${this.#folder}/${name}`),
      () => this.#handle = this.#files.append(active),
      () => syncOnce(() => this.#files.syncDirectory(this.#folder)),
      () => {
        this.#closed.push({ name, bytes: this.#bytes, lines: this.#segmentLines });
        this.#bytes = 0;
        this.#segmentLines = 0;
      },
    ];
  }
}
