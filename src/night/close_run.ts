import { formatLine } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { mirrorFolder } from "../sinks/anchor_mirror.ts";
import type { Ballast } from "../sinks/ballast.ts";
import type { Journal } from "../sinks/journal.ts";
import type { RunArtefacts } from "../sinks/run_artefacts.ts";
import { readLatch, setLatch, type StopNotice, writeStopCopy } from "../sinks/stop_flag.ts";
import type { Tally } from "../sinks/tally.ts";
import { failureOf, type NightOutcome, noticeOf } from "./run_night.ts";

/**
 * Ends a run on disk: latch, final anchor, copies, report. Where the disk is what failed, every part is still tried,
 * and what could not be written is said.
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
  const { files, journal, artefacts, ballast, varFolder, runFolder, tally } = options;
  const problems: string[] = [];
  const attempt = (what: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const announce = (stop: StopNotice) => {
    if (options.isLatching) attempt("var/STOP.flag", () => setLatch(files, varFolder, stop));
    if (isDiskStop(stop)) attempt("stop mirror", () => mirrorStop(stop, options));
  };

  let { verdict, stop } = outcome;
  if (!outcome.isJournalWhole) ballast.release();
  if (verdict === "STOPPED" && stop !== null) announce(stop);
  if (outcome.isJournalWhole) {
    try {
      journal.finish();
    } catch (error) {
      verdict = "STOPPED";
      stop = noticeOf(options.runId, journal.ts, failureOf(error));
      announce(stop);
    }
  }
  if (verdict === "STOPPED" && stop !== null) {
    const notice = stop;
    attempt("STOP.flag", () => writeStopCopy(files, runFolder, notice, readLatch(files, varFolder)));
  }
  let report: Readonly<Record<string, unknown>> = {};
  const facts = outcome.facts(verdict, stop?.detail ?? null);
  attempt("report.json", () => void (report = artefacts.finish(tally, facts, journal.ts)));
  ballast.release();
  return { verdict, stop, report, problems };
}

function isDiskStop(stop: StopNotice): boolean {
  return stop.reason_code === "DISK_FULL" || stop.reason_code === "SINK_IO";
}

/** When the disk of the run fails, the reason stands where the anchors are mirrored as well. */
function mirrorStop(stop: StopNotice, options: CloseRunOptions): void {
  const folder = mirrorFolder(options.mirror, options.varFolder);
  if (folder === null) return;
  const line = new TextEncoder().encode(formatLine(JSON.stringify({ schema: "nore/stop_journal", ...stop })));
  const handle = options.files.append(`${folder}/${options.runId}.stop.jsonl`);
  try {
    for (let rest = line; rest.length > 0;) rest = rest.subarray(handle.write(rest));
    handle.sync();
  } finally {
    handle.close();
  }
}
