import { formatLine } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { mirrorFolder } from "../sinks/anchor_mirror.ts";
import { writeAtomic } from "../sinks/atomic_file.ts";
import type { Ballast } from "../sinks/ballast.ts";
import type { Journal } from "../sinks/journal.ts";
import { type JournalFailure, stopReasonOf } from "../sinks/journal_failure.ts";
import type { RunArtefacts } from "../sinks/run_artefacts.ts";
import { readLatch, setLatch, type StopNotice, writeLatch, writeStopCopy } from "../sinks/stop_flag.ts";
import type { Tally } from "../sinks/tally.ts";
import { failureOf, type NightOutcome, noticeOf } from "./run_night.ts";

/**
 * Ends a run on disk: latch, final anchor, copies, report. Where the disk fails, every part is still tried (twice: an
 * atomic file is then written anew), what could not be written is said, and the night ends as one stopped by its disk.
 */
export interface CloseRunOptions {
  readonly files: Files;
  readonly journal: Journal;
  readonly artefacts: RunArtefacts;
  readonly ballast: Ballast;
  readonly tally: Tally;
  readonly varFolder: string;
  readonly runFolder: string;
  readonly mirror: string;
  readonly runId: string;
  /** A start-up proof that failed leaves no latch. */
  readonly isLatching: boolean;
}

export interface ClosedRun {
  readonly verdict: NightOutcome["verdict"];
  readonly stop: StopNotice | null;
  readonly report: Readonly<Record<string, unknown>>;
  /** What could not be written, a line each. */
  readonly problems: readonly string[];
}

export function closeRun(outcome: NightOutcome, options: CloseRunOptions): ClosedRun {
  const { files, journal, artefacts, ballast, varFolder, runFolder, runId, tally } = options;
  const problems: string[] = [];
  let { verdict, stop } = outcome;
  let report: Readonly<Record<string, unknown>> = {};

  const attempt = (what: string, work: (isLast: boolean) => void) => {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      try {
        return work(tries === TRIES_MAX);
      } catch (error) {
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
        if (verdict === "PASS") stopBy(stopReasonOf(error));
      }
    }
  };
  const stopBy = (failure: JournalFailure) => {
    verdict = "STOPPED";
    if (stop !== null && isDiskStop(stop)) return; // the same disk, and the log has said it
    stop = noticeOf(runId, journal.ts, failureOf(failure));
    announce(stop);
  };
  const announce = (notice: StopNotice) => {
    if (options.isLatching) {
      // An empty flag latches, too, but would keep the second try from saying why.
      attempt("var/STOP.flag", (isLast) => (isLast ? setLatch : writeLatch)(files, varFolder, notice));
    }
    if (isDiskStop(notice)) attempt("stop mirror", () => mirrorStop(notice, options));
  };

  if (!outcome.isJournalWhole) attempt("ballast", () => void ballast.release());
  const latched = verdict === "STOPPED" ? stop : outcome.stopBefore ?? null;
  if (latched !== null) announce(latched);
  if (outcome.isJournalWhole) {
    try {
      journal.finish();
    } catch (error) {
      stopBy(stopReasonOf(error));
    }
  }
  attempt("ballast", () => void ballast.release());
  attempt("report", () => {
    if (verdict === "STOPPED" && stop !== null) {
      writeStopCopy(files, runFolder, stop, readLatch(files, varFolder));
    }
    report = artefacts.finish(tally, outcome.facts(verdict, stop?.detail ?? null), journal.ts);
  });
  return { verdict, stop, report, problems };
}

const TRIES_MAX = 2;

export function isDiskStop(stop: StopNotice): boolean {
  return stop.reason_code === "DISK_FULL" || stop.reason_code === "SINK_IO";
}

/** When the disk of the run fails, the reason stands where the anchors are mirrored as well. */
function mirrorStop(stop: StopNotice, options: CloseRunOptions): void {
  const folder = mirrorFolder(options.mirror, options.varFolder);
  if (folder === null) return;
  const line = formatLine(JSON.stringify({ schema: "nore/stop_journal", ...stop }));
  writeAtomic(options.files, `${folder}/${options.runId}.stop.jsonl`, line);
}
