import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact, parseLine } from "../../src/core/journal_line.ts";
import type { ReportFacts } from "../../src/sinks/report.ts";
import { RunArtefacts } from "../../src/sinks/run_artefacts.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";
import { tallied } from "../support/tallied.ts";
import { book } from "../support/trading_events.ts";

const RUN = "/var/runs/r";
const ROLES = {
  market_role: 1,
  strategy_role: 1,
  risk_role: 1,
  execution_role: 1,
  ai_role: null,
  watchdog_role: 1,
};
const FACTS: ReportFacts = {
  run_id: "r",
  mode: "NORE",
  prices: "invented",
  verdict: null,
  detail: null,
  started_ts: 1000,
  ended_ts: null,
  uptime_s: ROLES,
  deadletter: 0,
  refused_after_stop: 0,
  policy: null,
  last_n: 0,
  head: "ab",
};
const TALLY = tallied([book(1500, "100", "100")]);

function open(options: { readonly isDurable?: boolean } = {}) {
  const files = memoryFiles();
  const artefacts = new RunArtefacts({
    files,
    runFolder: RUN,
    strategies: ["alpha", "beta"],
    startedTs: 1000,
    metricsEveryMs: 500,
    snapshotEveryMs: 2000,
    rotateBytes: 1_000_000,
    isDurable: options.isDurable ?? true,
  });
  const artefact = (name: string) => openArtefact(files.text(`${RUN}/${name}`));
  const snapshots = () =>
    files.text(`${RUN}/metrics.jsonl`).split("\n").slice(0, -1).map((line) => {
      const checked = parseLine(line);
      if (!checked.ok) throw new Error(checked.problem);
      return JSON.parse(checked.json) as Record<string, unknown>;
    });
  return { files, artefacts, artefact, snapshots };
}

test("isDue() comes round every metrics_every_ms", () => {
  const { artefacts } = open();
  assert.equal([1499, 1500].map((ts) => artefacts.isDue(ts)), [false, true]);
  artefacts.refresh(TALLY, FACTS, 1700);
  assert.equal([2199, 2200].map((ts) => artefacts.isDue(ts)), [false, true]);
});

test("refresh() replaces metrics.json and portfolio.json, and adds a snapshot every snapshot_every_ms", () => {
  const { artefacts, artefact, snapshots, files } = open();
  for (const ts of [1500, 2999, 3000, 4000, 5000]) artefacts.refresh(TALLY, FACTS, ts);
  const { schema, verdict, counts } = artefact("metrics.json");
  assert.equal([schema, verdict], ["nore/metrics", null]);
  assert.is((counts as Record<string, number>)["market_tick"], 1);
  assert.is(artefact("portfolio.json")["cash"], "1500");
  assert.equal(snapshots().map(({ ts, schema }) => [ts, schema]), [
    [3000, "nore/metrics"],
    [5000, "nore/metrics"],
  ]);
  assert.is(files.exists(`${RUN}/report.json`), false);
});

test("refresh() syncs what it replaces only where the run is durable", () => {
  for (const isDurable of [true, false]) {
    const { artefacts, files } = open({ isDurable });
    artefacts.refresh(TALLY, FACTS, 1500);
    assert.is(files.calls.some((call) => call.startsWith("sync")), isDurable);
  }
});

test("refresh() called again after a fault writes each snapshot once and whole", () => {
  for (const shortBy of [0, 30]) {
    const { artefacts, files, snapshots } = open();
    let writes = 0;
    files.fault = (call, path) => {
      if (call !== "write" || path !== `${RUN}/metrics.jsonl`) return undefined;
      writes++;
      if (writes === 1 && shortBy > 0) return shortBy;
      if (writes <= 2) throw systemError("ENOSPC");
      return undefined;
    };
    for (let tries = 0; tries < 3; tries++) {
      try {
        artefacts.refresh(TALLY, FACTS, 3000);
      } catch { /* tried again, as with the room of the ballast */ }
    }
    assert.equal(snapshots().map(({ ts }) => ts), [3000]);
  }
});

test("finish() writes the views in the contract's order, all synced, and gives the report", () => {
  const { artefacts, artefact, snapshots, files } = open({ isDurable: false });
  const facts: ReportFacts = { ...FACTS, verdict: "STOPPED", detail: "by hand", ended_ts: 1500 };
  const report = artefacts.finish(TALLY, facts, 1500);
  const { sha256: _, ...fields } = artefact("report.json");
  assert.equal(fields, JSON.parse(JSON.stringify(report)));
  assert.equal([report["verdict"], report["detail"], report["ended_ts"]], ["STOPPED", "by hand", 1500]);
  const renamed = files.calls.filter((call) => call.startsWith("rename")).map((call) =>
    call.split("/").at(-1)
  );
  assert.equal(renamed, ["portfolio.json.tmp", "metrics.json.tmp", "report.json.tmp", "report.html.tmp"]);
  assert.match(files.text(`${RUN}/report.html`), "<h1>NORE r: STOPPED</h1>");
  assert.equal(snapshots().map(({ ts, verdict }) => [ts, verdict]), [[1500, "STOPPED"]]);
  assert.ok(files.calls.includes(`sync ${RUN}/metrics.jsonl`));
});

test("finish() may be called again after a fault at any call, and then leaves the whole set", () => {
  for (let at = 1;; at++) {
    const { artefacts, artefact, snapshots, files } = open();
    let calls = 0;
    files.fault = () => {
      if (++calls === at) throw systemError("EIO");
    };
    try {
      artefacts.finish(TALLY, FACTS, 1500);
      assert.ok(at > 20, "every call was tried");
      return;
    } catch (error) {
      assert.is(
        (error as { code?: string }).code === "EIO" || (error as Error).name === "JournalFailure",
        true,
      );
    }
    artefacts.finish(TALLY, { ...FACTS, verdict: "STOPPED" }, 1500);
    for (const name of ["metrics.json", "report.json"]) assert.is(artefact(name)["verdict"], "STOPPED");
    assert.is(artefact("portfolio.json")["equity"], "1500");
    assert.is(snapshots().at(-1)!["verdict"], "STOPPED");
  }
});

test.run();
