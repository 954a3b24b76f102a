import type { Draft } from "../core/event.ts";
import type { Files } from "../core/ports.ts";
import type { Ballast } from "./ballast.ts";
import { JournalFailure, stopReasonOf } from "./journal_failure.ts";

/**
 * What a failing disk does to a night. A full one is answered once: the ballast makes room for the last lines. Where
 * the lines themselves are sound the stop becomes an input, said once; where they are not, the night ends here.
 */
export class DiskFaults {
  readonly #options: {
    readonly files: Files;
    readonly ballast: Ballast;
    readonly folder: string;
    readonly freeBytesMin: number;
  };
  #fault: JournalFailure | null = null;
  #isSaid = false;

  constructor(options: {
    readonly files: Files;
    readonly ballast: Ballast;
    readonly folder: string;
    readonly freeBytesMin: number;
  }) {
    this.#options = options;
  }

  /** For what the log cannot be without. Throws where it fails. */
  must(work: () => void): void {
    try {
      work();
    } catch (error) {
      const failure = stopReasonOf(error);
      if (!failure.mayRetry || !this.#releaseBallast()) throw failure;
      this.#keep(failure);
      this.must(work);
    }
  }

  /** For what may fail while the lines are sound: a view, a cursor, the second place for anchors. */
  may(work: () => void): void {
    try {
      this.must(work);
    } catch (error) {
      this.#keep(stopReasonOf(error));
    }
  }

  checkFreeSpace(): void {
    const { files, folder, freeBytesMin, ballast } = this.#options;
    this.may(() => {
      const free = files.freeBytes(folder);
      if (free === null || free >= freeBytesMin || !ballast.release()) return;
      const detail =
        `${free} bytes are free, at least ${freeBytesMin} are asked for (logging.disk_free_bytes_min)`;
      this.#keep(new JournalFailure("DISK_FULL", detail, { mayRetry: false }));
    });
  }

  /** The fault as the next input, null where there is none. */
  take(ts: number): Draft<"stop_journal"> | null {
    if (this.#fault === null) return null;
    const { code, message } = this.#fault;
    this.#fault = null;
    this.#isSaid = true;
    return {
      type: "stop_journal",
      source: "watchdog_role",
      ts,
      cause: null,
      payload: { component: "journal", reason_code: code, detail: message, origin: "input" },
    };
  }

  /** At the end, when the log takes no input any more. */
  throwUnsaid(): void {
    if (this.#fault !== null) throw this.#fault;
  }

  #keep(failure: JournalFailure): void {
    if (!this.#isSaid) this.#fault ??= failure;
  }

  #releaseBallast(): boolean {
    try {
      return this.#options.ballast.release();
    } catch (error) {
      throw stopReasonOf(error);
    }
  }
}
