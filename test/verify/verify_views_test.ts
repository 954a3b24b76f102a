import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import { verifyViews, type ViewsOptions } from "../../src/verify/verify_views.ts";
import { memoryFiles } from "../support/memory_files.ts";

const runId = "20261121_220000";
const figures = { v: 1, run_id: runId, prices: "invented", counts: { fill: 2 } };
const portfolio = { schema: "nore/portfolio", cash: "20000" };
const stop = {
  ts: 1000,
  component: "operator",
  reason_code: "OPERATOR",
  detail: "by hand",
  origin: "derived" as const,
};
const copyFields = {
  schema: "nore/stop_flag",
  v: 1,
  run_id: runId,
  ts: 1000,
  component: "operator",
  reason_code: "OPERATOR",
  detail: "by hand",
};

type Files = Readonly<Record<string, Readonly<Record<string, unknown>> | string | null>>;

const report = { schema: "nore/report", ...figures, verdict: "PASS", detail: null, uptime_s: {} };
const metrics = { ...report, schema: "nore/metrics" };
const PASSED: Files = { "report.json": report, "metrics.json": metrics, "portfolio.json": portfolio };
const ended = { verdict: "STOPPED", detail: "by hand" };
const STOPPED: Files = {
  "report.json": { ...report, ...ended },
  "metrics.json": { ...metrics, ...ended },
  "portfolio.json": portfolio,
  "STOP.flag": { ...copyFields, latch: null },
};

function verified(files: Files, options: Partial<ViewsOptions> = {}) {
  const disk = memoryFiles();
  for (const [path, fields] of Object.entries(files)) {
    if (fields === null) continue;
    const text = typeof fields === "string" ? fields : sealArtefact(fields);
    disk.contents.set(`/run/${path}`, new TextEncoder().encode(text));
  }
  const findings = new Findings();
  const reader = new RunReader(disk, "/run", findings);
  const result = verifyViews(reader, findings, {
    isComplete: true,
    figures,
    portfolio,
    runId,
    stop: null,
    ...options,
  });
  return { ...result, reader, notes: findings.notes, problems: findings.problems.map(formatProblem) };
}

test("verifyViews() accepts what the log gives again", () => {
  assert.equal(verified(PASSED).problems, []);
  assert.equal(verified(STOPPED, { stop }).problems, []);
});

const WRONG: readonly (readonly [what: string, files: Files, stop: ViewsOptions["stop"], problem: string])[] =
  [
    [
      "a figure is another",
      { ...PASSED, "report.json": { ...report, counts: { fill: 3 } } },
      null,
      'report.json: counts is {"fill":3}, the log gives {"fill":2}',
    ],
    [
      "prices are called live",
      { ...PASSED, "metrics.json": { ...metrics, prices: "live" } },
      null,
      'metrics.json: prices is "live", the log gives "invented"',
    ],
    [
      "a figure is left out",
      { ...PASSED, "portfolio.json": { schema: "nore/portfolio" } },
      null,
      'portfolio.json: cash is undefined, the log gives "20000"',
    ],
    [
      "metrics lie in the place of the report",
      { ...PASSED, "report.json": metrics },
      null,
      'report.json: schema is "nore/metrics", the log gives "nore/report"',
    ],
    [
      "a stopped run is called good",
      { ...STOPPED, "report.json": report },
      stop,
      'report.json: verdict is "PASS", the log gives "STOPPED"',
    ],
    [
      "a good run is called stopped",
      { ...PASSED, "report.json": { ...report, ...ended } },
      null,
      'report.json: verdict is "STOPPED", the log gives "PASS"',
    ],
    [
      "another reason stands in the report",
      { ...STOPPED, "report.json": { ...report, ...ended, detail: "" } },
      stop,
      'report.json: detail is "", the log gives "by hand"',
    ],
    [
      "another reason stands in the copy",
      { ...STOPPED, "STOP.flag": { ...copyFields, reason_code: "RISK_DRAWDOWN" } },
      stop,
      'STOP.flag: reason_code is "RISK_DRAWDOWN", the log gives "OPERATOR"',
    ],
    [
      "the copy is missing",
      { ...STOPPED, "STOP.flag": null },
      stop,
      "STOP.flag: is missing, the run was stopped",
    ],
    [
      "there is a copy but no stop",
      { ...PASSED, "STOP.flag": copyFields },
      null,
      "STOP.flag: is there, the log holds no stop_journal",
    ],
    ["the report is missing", { ...PASSED, "report.json": null }, null, "report.json: is missing"],
  ];

for (const [what, files, stopOfLog, problem] of WRONG) {
  test(`verifyViews() reports it when ${what}`, () => {
    const { problems } = verified(files, { stop: stopOfLog });
    assert.ok(problems.includes(problem), problems.join("\n"));
  });
}

test("verifyViews() takes the copy's word when the disk failed behind the last event", () => {
  for (const reason_code of ["SINK_IO", "DISK_FULL"]) {
    const files = {
      ...STOPPED,
      "STOP.flag": { ...copyFields, component: "journal", reason_code, detail: "EIO" },
      "report.json": { ...report, verdict: "STOPPED", detail: "EIO" },
      "metrics.json": { ...metrics, verdict: "STOPPED", detail: "EIO" },
    };
    for (const stopOfLog of [null, stop]) {
      const { problems, notes, isDiskStop } = verified(files, { stop: stopOfLog });
      assert.equal([problems, notes, isDiskStop], [[], [`${reason_code} behind the last event: EIO`], true]);
    }
  }
});

test("verifyViews() wants no views when the run was cut short, but none that are damaged", () => {
  const cut = (files: Files) => verified(files, { isComplete: false }).problems;
  assert.equal(cut({}), []);
  assert.equal(cut({ "metrics.json": { any: 1 }, "portfolio.json": { any: 1 } }), []);
  assert.is(cut({ "metrics.json": "{}", "portfolio.json": "{}" }).length, 2);
});

test("verifyViews() lets a report stand without a final anchor when the disk failed or an invariant broke", () => {
  const cut = (files: Files) => verified(files, { isComplete: false }).problems;
  assert.equal(cut({ "report.json": { ...report, verdict: "FAILED" } }), []);
  assert.equal(cut({ "report.json": report, "STOP.flag": { ...copyFields, reason_code: "SINK_IO" } }), []);
  const missing = ["audit/anchors.jsonl: the final anchor is missing, the report was written after it"];
  assert.equal(cut({ "report.json": report }), missing);
  assert.equal(cut({ "report.json": report, "STOP.flag": copyFields }), missing);
  assert.is(cut({ "report.json": "{}" }).length, 1);
});

test("verifyViews() reads the lines of snapshots and of the program's log", () => {
  const files = {
    ...PASSED,
    "metrics.jsonl": formatLine("{}"),
    "log.jsonl": "no line\n",
    "log.000001.jsonl": "",
  };
  const { problems, reader } = verified(files);
  assert.equal(problems, ["log.jsonl:1: not of the form sha256:<64 hex>:<json>"]);
  assert.equal([...reader.lengths.keys()], ["metrics.jsonl", "log.000001.jsonl", "log.jsonl"]);
});

test.run();
