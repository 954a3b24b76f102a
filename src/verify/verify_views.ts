import type { StopJournal } from "../core/event.ts";
import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";

/** Holds report, metrics, portfolio and stop copy against the log: they are views, so the log must give them again. */
type Fields = Readonly<Record<string, unknown>>;

export interface ViewsOptions {
  readonly isComplete: boolean;
  /** What report.json and metrics.json must say, verdict and detail aside. */
  readonly figures: Fields;
  readonly portfolio: Fields;
  readonly runId: string;
  readonly stop: (StopJournal & { readonly ts: number }) | null;
}

/** Says whether the stop's copy tells of a disk that failed: then not all of the end may have been written. */
export function verifyViews(
  reader: RunReader,
  findings: Findings,
  options: ViewsOptions,
): { readonly isDiskStop: boolean } {
  verifySnapshots(reader);
  const copy = reader.exists("STOP.flag") ? reader.artefact("STOP.flag") : null;
  if (options.isComplete) {
    const figures = { ...options.figures, ...endOf(findings, copy, options) };
    compare(reader, findings, "report.json", { schema: "nore/report", ...figures });
    compare(reader, findings, "metrics.json", { schema: "nore/metrics", ...figures });
    compare(reader, findings, "portfolio.json", options.portfolio);
  } else {
    for (const path of ["metrics.json", "portfolio.json"]) if (reader.exists(path)) reader.artefact(path);
    if (reader.exists("report.json")) verifyEarlyReport(reader, findings, copy);
  }
  return { isDiskStop: isDiskStop(copy) };
}

/** How the night ended, from the log; only a disk that failed behind the last event has its word in the copy alone. */
function endOf(findings: Findings, copy: Fields | null, { stop, runId }: ViewsOptions): Fields {
  if (isDiskStop(copy) && copy["reason_code"] !== stop?.reason_code) {
    findings.note(`${copy["reason_code"]} behind the last event: ${copy["detail"]}`);
    return { verdict: "STOPPED", detail: copy["detail"] };
  }
  if (stop === null) {
    if (copy !== null) findings.problem("STOP.flag", null, "is there, the log holds no stop_journal");
    return { verdict: "PASS", detail: null };
  }
  const { ts, component, reason_code, detail } = stop;
  const expected = { schema: "nore/stop_flag", v: 1, run_id: runId, ts, component, reason_code, detail };
  if (copy === null) findings.problem("STOP.flag", null, "is missing, the run was stopped");
  else compareFields(findings, "STOP.flag", copy, expected);
  return { verdict: "STOPPED", detail };
}

/** A report without a final anchor is there only where the disk failed or an invariant broke. */
function verifyEarlyReport(reader: RunReader, findings: Findings, copy: Fields | null): void {
  const report = reader.artefact("report.json");
  if (report === null || report["verdict"] === "FAILED" || isDiskStop(copy)) return;
  const reason = "the final anchor is missing, the report was written after it";
  const file = "audit/anchors.jsonl";
  findings.problem(file, reader.torn.get(file) ?? null, reason);
}

function isDiskStop(copy: Fields | null): copy is Fields {
  return copy?.["reason_code"] === "SINK_IO" || copy?.["reason_code"] === "DISK_FULL";
}

/** Their lines carry their own hashes; nothing else is said of them. */
function verifySnapshots(reader: RunReader): void {
  for (const stem of ["metrics", "log"]) {
    if (!reader.exists(`${stem}.jsonl`)) continue;
    for (const segment of reader.segments("", stem)) for (const _line of reader.lines(segment));
  }
}

function compare(reader: RunReader, findings: Findings, path: string, expected: Fields): void {
  const artefact = reader.artefact(path);
  if (artefact !== null) compareFields(findings, path, artefact, expected);
}

function compareFields(findings: Findings, path: string, artefact: Fields, expected: Fields): void {
  for (const [name, value] of Object.entries(expected)) {
    const actual = JSON.stringify(artefact[name]);
    const wanted = JSON.stringify(value);
    if (actual !== wanted) findings.problem(path, null, `${name} is ${actual}, the log gives ${wanted}`);
  }
}
