import type { Draft } from "../core/event.ts";
import { openArtefact, parseLine } from "../core/journal_line.ts";
import type { Clock } from "../core/ports.ts";
import { BLOCK_BYTES } from "./block_hashes.ts";
import type { WrittenFile, WrittenFiles } from "./written_files.ts";

/**
 * Reads what a run has written again, while it runs: recent bytes and small files at every look, older bytes in a
 * round that never ends. It changes nothing. What lies under the system's cache of a file it cannot see.
 */
export class FileWatch {
  readonly #run: WrittenFiles;
  readonly #clock: Clock;
  readonly #scrubBytesPerS: number;
  readonly #seenBytes = new WeakMap<WrittenFile, number>();
  readonly #older: Iterator<Block | null>;
  #budgetBytes = 0;
  #lookedTs: number;
  #anchorBytes = 0;
  #hasFound = false;

  constructor(run: WrittenFiles, options: { readonly clock: Clock; readonly scrubBytesPerS: number }) {
    this.#run = run;
    this.#clock = options.clock;
    this.#scrubBytesPerS = options.scrubBytesPerS;
    this.#lookedTs = options.clock.now();
    this.#older = this.#rounds();
    // What was there before the watch began is older: the round comes to it.
    for (const file of run.written.values()) this.#seenBytes.set(file, file.hashes.bytes);
  }

  /** Call often, between turns: it looks behind every anchor and once a second. The first finding is the last. */
  look(): Draft<"stop_journal"> | null {
    const now = this.#clock.now();
    const elapsedMs = now - this.#lookedTs;
    const anchorBytes = this.#run.written.get(`${this.#run.folder}/audit/anchors.jsonl`)?.hashes.bytes ?? 0;
    if (this.#hasFound || (anchorBytes === this.#anchorBytes && elapsedMs < LOOK_EVERY_MS)) return null;
    this.#anchorBytes = anchorBytes;
    this.#lookedTs = now;
    const finding = this.#find(elapsedMs);
    if (finding === null) return null;
    this.#hasFound = true;
    return {
      type: "stop_journal",
      source: "watchdog_role",
      ts: now,
      cause: null,
      payload: { component: "file_watch", ...finding, origin: "input" },
    };
  }

  #find(elapsedMs: number): Finding | null {
    const { written, spoiled } = this.#run;
    if (spoiled !== null) {
      return this.#finding(codeOf(spoiled), spoiled, "was changed before it was replaced");
    }
    try {
      for (const file of written.values()) {
        const finding = this.#isLog(file) ? this.#recentOf(file) : this.#artefact(file);
        if (finding !== null) return finding;
      }
      return this.#scrub(elapsedMs);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { reason_code: "SINK_IO", detail: `cannot be read again: ${detail}` };
    }
  }

  /** Lines that are proof; those for the eye (metrics.jsonl, log.jsonl) are not. */
  #isLog({ path }: WrittenFile): boolean {
    return /^\/(?:queues|audit)\/.*\.jsonl$/.test(path.slice(this.#run.folder.length));
  }

  /** Its place and length, what was written since the last look, and the block before that. */
  #recentOf(file: WrittenFile): Finding | null {
    const { path, identity, hashes } = file;
    const now = this.#run.files.identity(path);
    if (now === null) return this.#finding("QUEUE_DESYNC", path, "is gone");
    if (now !== identity) {
      return this.#finding("QUEUE_DESYNC", path, "is another file than the one written to");
    }
    const bytes = this.#run.files.size(path);
    if (bytes !== hashes.bytes) {
      return this.#finding("QUEUE_DESYNC", path, `has ${bytes} bytes, ${hashes.bytes} were written`);
    }
    const seen = this.#seenBytes.get(file) ?? 0;
    this.#seenBytes.set(file, hashes.bytes);
    if (seen === hashes.bytes && ROTATED.test(path)) return null;
    const first = Math.max(0, Math.min(Math.floor(seen / BLOCK_BYTES), hashes.count - 2));
    for (let i = first; i < hashes.count; i++) {
      const finding = this.#block(file, i);
      if (finding !== null) return finding;
    }
    return null;
  }

  #block(file: WrittenFile, i: number): Finding | null {
    const { path, hashes } = file;
    const { offset, length } = hashes.place(i);
    if (hashes.holds(i, this.#run.files.readPart(path, offset, length))) return null;
    const line = hashes.bytes > NAMED_BYTES_MAX ? null : badLine(this.#run.files.read(path), offset);
    const where = `bytes ${offset} to ${offset + length - 1}${line === null ? "" : `, line ${line}`}`;
    return this.#finding("HASH_MISMATCH", path, `${where}: not what was written`);
  }

  #artefact(file: WrittenFile): Finding | null {
    const { path, hashes } = file;
    if (path.endsWith(".tmp") || path.endsWith(".jsonl")) return null;
    const code = codeOf(path);
    if (!this.#run.files.exists(path)) return this.#finding(code, path, "is gone");
    const bytes = this.#run.files.read(path);
    if (hashes.holdsAll(bytes)) return null;
    const problem = SEALED.test(path) ? sealProblem(bytes) : null;
    if (problem === null) return this.#finding(code, path, "is not what was written");
    return this.#finding("NON_ATOMIC_WRITE", path, `is not what was written: ${problem}`);
  }

  /** Older blocks, at the rate that is asked for and at most one block beyond it. */
  #scrub(elapsedMs: number): Finding | null {
    const rate = this.#scrubBytesPerS;
    // Never more than a second's worth: a loop that hung must not hang again in here.
    this.#budgetBytes = Math.min(this.#budgetBytes + rate * elapsedMs / 1000, rate);
    while (this.#budgetBytes > 0) {
      const block = this.#older.next().value as Block | null;
      if (block === null) return null; // a round is through
      this.#budgetBytes -= block.file.hashes.place(block.i).length;
      const finding = this.#block(block.file, block.i);
      if (finding !== null) return finding;
    }
    return null;
  }

  *#rounds(): Generator<Block | null, never> {
    for (;;) {
      const files = [...this.#run.written.values()].filter((file) => this.#isLog(file));
      for (const file of files) {
        for (let i = 0; i < file.hashes.count; i++) yield { file, i };
      }
      yield null;
    }
  }

  #finding(reason_code: string, path: string, what: string): Finding {
    return { reason_code, detail: `${path.slice(this.#run.folder.length + 1)}: ${what}` };
  }
}

interface Finding {
  readonly reason_code: string;
  readonly detail: string;
}

interface Block {
  readonly file: WrittenFile;
  readonly i: number;
}

const LOOK_EVERY_MS = 1000;
/** In a longer file the bad line is not looked for: to read all of it would hold up the stop. */
const NAMED_BYTES_MAX = 67_108_864;
const ROTATED = /\.[0-9]{6}\.jsonl$/;
/** Artefacts that carry their own hash. */
const SEALED = /\/(?:cursor|manifest|metrics|portfolio)\.json$/;

function codeOf(path: string): string {
  return path.endsWith("/cursor.json") ? "QUEUE_DESYNC" : "NON_ATOMIC_WRITE";
}

/** The first line that is bad by its own hash and reaches behind `offset`; null where none is: then it was forged. */
function badLine(bytes: Uint8Array, offset: number): number | null {
  const decoder = new TextDecoder();
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end >= offset && !parseLine(decoder.decode(bytes.subarray(start, end))).ok) return line;
    start = end + 1;
  }
  return null;
}

function sealProblem(bytes: Uint8Array): string | null {
  try {
    openArtefact(new TextDecoder().decode(bytes));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
