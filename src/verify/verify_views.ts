import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";

/** Holds report, metrics and portfolio against the log: they are views, so the log must give every figure again. */
export function verifyViews(
  reader: RunReader,
  findings: Findings,
  options: {
    readonly isComplete: boolean;
    readonly figures: Readonly<Record<string, unknown>>;
    readonly portfolio: Readonly<Record<string, unknown>>;
  },
): void {
  const { isComplete, figures } = options;
  const copy = reader.exists("STOP.flag") ? reader.artefact("STOP.flag") : null;
  verifySnapshots(reader);
  if (!isComplete) {
    for (const path of ["metrics.json", "portfolio.json"]) if (reader.exists(path)) reader.artefact(path);
    if (reader.exists("report.json")) verifyEarlyReport(reader, findings, copy);
    return;
  }
  const report = reader.artefact("report.json");
  const metrics = reader.artefact("metrics.json");
  const portfolio = reader.artefact("portfolio.json");
  compare(findings, "report.json", report, figures);
  compare(findings, "metrics.json", metrics, figures);
  compare(findings, "portfolio.json", portfolio, options.portfolio);
  const isStopped = (figures["stop"] as { readonly count: number }).count > 0;
  if (report !== null && report["verdict"] !== (isStopped ? "STOPPED" : "PASS")) {
    findings.problem(
      "report.json",
      null,
      `verdict is ${report["verdict"]}, the log says ${isStopped ? "STOPPED" : "PASS"}`,
    );
  }
  if (isStopped && copy === null) findings.problem("STOP.flag", null, "is missing, the run was stopped");
}

/** A report without a final anchor is there only where the disk failed or an invariant broke. */
function verifyEarlyReport(
  reader: RunReader,
  findings: Findings,
  copy: Readonly<Record<string, unknown>> | null,
): void {
  const report = reader.artefact("report.json");
  const isDiskStop = copy !== null && ["SINK_IO", "DISK_FULL"].includes(String(copy["reason_code"]));
  if (report === null || report["verdict"] === "FAILED" || isDiskStop) return;
  findings.problem(
    "audit/anchors.jsonl",
    null,
    "the final anchor is missing, the report was written after it",
  );
}

function verifySnapshots(reader: RunReader): void {
  for (const stem of ["metrics", "log"]) {
    if (!reader.exists(`${stem}.jsonl`)) continue;
    for (const segment of reader.segments(".", stem)) for (const _line of reader.lines(segment));
  }
}

function compare(
  findings: Findings,
  path: string,
  artefact: Readonly<Record<string, unknown>> | null,
  expected: Readonly<Record<string, unknown>>,
): void {
  if (artefact === null) return;
  for (const [name, value] of Object.entries(expected)) {
    const actual = JSON.stringify(artefact[name]);
    const wanted = JSON.stringify(value);
    if (actual !== wanted) findings.problem(path, null, `${name} is ${actual}, the log gives ${wanted}`);
  }
}
