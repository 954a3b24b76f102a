import type { Files } from "../../core/ports.ts";
import { writeArtefact } from "../../sinks/atomic_file.ts";
import { QueueFiles } from "../../sinks/queue_files.ts";
import type { ReportFacts } from "../../sinks/report.ts";
import { RunArtefacts } from "../../sinks/run_artefacts.ts";
import { makeRunFolder } from "../../sinks/run_folder.ts";
import { setLatch, type StopNotice, writeStopCopy } from "../../sinks/stop_flag.ts";
import { tallyOf } from "../../sinks/tally.ts";

/** Everything that replaces a file while a night runs, called as the night calls it, with content that differs by version. */
export interface ArtefactWriter {
  readonly name: string;
  /** Written once: there is no older version to be seen. */
  readonly isFirst: boolean;
  write(files: Files, folder: string, version: number): void;
}

export const ARTEFACT_WRITERS: readonly ArtefactWriter[] = [
  {
    name: "the run's folder",
    isFirst: false,
    write(files, folder, version) {
      makeRunFolder(files, folder, {
        configText: JSON.stringify({ mode: "NORE", symbols: symbolsOf(version) }),
        contracts: new Map([["schemas/timer.v1.schema.json", new Uint8Array(200).fill(version)]]),
        policyWasm: new Uint8Array(2000).fill(version),
        policyData: new Uint8Array(100).fill(version),
        manifest: { schema: "nore/manifest", symbols: symbolsOf(version) },
      });
    },
  },
  {
    name: "cursor.json",
    isFirst: false,
    write(files, folder, version) {
      const queue = new QueueFiles({
        files,
        folder: `${folder}/queues/timers`,
        name: "timers",
        runId: RUN_ID,
        consumers: ["risk_role", "watchdog_role"],
        rotateBytes: 1_000_000,
        position: null,
      });
      queue.lastN = 10 ** version;
      queue.writeCursor();
      for (const file of queue.all) file.close();
    },
  },
  {
    name: "metrics.json and portfolio.json",
    isFirst: false,
    write(files, folder, version) {
      openArtefacts(files, folder).refresh(TALLY, factsOf(version), version);
    },
  },
  {
    name: "the report",
    isFirst: false,
    write(files, folder, version) {
      openArtefacts(files, folder).finish(TALLY, factsOf(version), version);
    },
  },
  {
    name: "the latch",
    isFirst: true, // nobody's words are overwritten
    write: (files, folder, version) => setLatch(files, folder, noticeOf(version)),
  },
  {
    name: "the latch's copy",
    isFirst: false,
    write: (files, folder, version) => writeStopCopy(files, folder, noticeOf(version), "by hand"),
  },
  {
    name: "current.json",
    isFirst: false,
    write: (files, folder, version) =>
      writeArtefact(files, `${folder}/current.json`, { run_id: RUN_ID, pid: 1, beat_ts: 10 ** version }),
  },
];

const RUN_ID = "20261121_220000";
const TALLY = tallyOf([{ id: "alpha", capital: "1000" }], []).initial();

function symbolsOf(version: number): readonly string[] {
  return Array.from({ length: 10 * version }, (_, i) => `COIN${i}USDT`);
}

function noticeOf(version: number): StopNotice {
  const detail = `${"loss ".repeat(20 * version)}`;
  return { run_id: RUN_ID, ts: version, component: "risk_role", reason_code: "RISK_DRAWDOWN", detail };
}

function openArtefacts(files: Files, runFolder: string): RunArtefacts {
  return new RunArtefacts({
    files,
    runFolder,
    strategies: ["alpha"],
    startedTs: 0,
    metricsEveryMs: 1000,
    snapshotEveryMs: 60_000,
    rotateBytes: 1_000_000,
    isDurable: true,
  });
}

function factsOf(version: number): ReportFacts {
  return {
    run_id: RUN_ID,
    mode: "NORE",
    prices: "invented",
    verdict: "PASS",
    detail: null,
    started_ts: 0,
    ended_ts: version,
    uptime_s: {
      market_role: 1,
      strategy_role: 1,
      risk_role: 1,
      execution_role: 1,
      ai_role: null,
      watchdog_role: 1,
    },
    deadletter: 0,
    refused_after_stop: 0,
    policy: null,
    last_n: 10 ** version,
    head: String(version).repeat(64),
  };
}
