import { formatLine } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import type { Segment } from "./run_position.ts";
import { SegmentedFile } from "./segmented_file.ts";

/** log.jsonl: what the program did, for whoever runs it. Not part of the proof; redacted, rotated. */
export class OperationLog {
  readonly #file: SegmentedFile;

  /** `segments`: what is there already, where a run goes on. */
  constructor(files: Files, runFolder: string, rotateBytes: number, segments: readonly Segment[] = []) {
    this.#file = new SegmentedFile(files, runFolder, "log", rotateBytes, segments);
  }

  write(ts: number, level: "info" | "warn" | "error", message: string): void {
    this.#file.add(formatLine(JSON.stringify({ ts, level, message: redact(message) })));
    this.#file.write();
  }

  close(): void {
    this.#file.close();
  }
}
