import { asapScheduler } from "rxjs";
import type { AiRow, HostLine } from "../../src/core/ai_mail.ts";
import type { Config } from "../../src/core/config.ts";
import { aiShelf } from "../../src/commands/ai_shelf.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { AiStore } from "../../src/sinks/ai_store.ts";
import { stopReasonOf } from "../../src/sinks/journal_failure.ts";
import type { RunAi } from "../../src/sinks/run_folder.ts";
import { byPolicy, bySchema, byType } from "../../src/streams/ai/admit_line.ts";
import { aiLearning } from "../../src/streams/ai/ai_learning.ts";
import { AiRole } from "../../src/streams/ai/ai_role.ts";
import { FEATURES_VERSION } from "../../src/streams/ai/ai_rows.ts";
import { provenSession } from "../../src/streams/ai/proven_session.ts";
import { isModel } from "../../src/streams/ai/train_model.ts";
import { type Adviser, adviser } from "../../src/streams/ai/worker/adviser.ts";
import { workerLineProblem } from "../../src/streams/ai/worker_line_schemas.ts";
import type { Pace } from "../../src/streams/sources/drive.ts";
import { fakeStarter, type FakeWorker, PROBED } from "./fake_worker.ts";
import { FlatTime } from "./flat_time.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { configWith } from "./repo_config.ts";
import { SIM_START_TS, type SimNight, simNight, type SimNightOptions } from "./sim_night.ts";

/** Whole nights in virtual time beside a worker inside this process: the host's side of it is all real. */

export const AI_FLAGS: readonly string[] = [
  "duration_ms=240000",
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=1000",
  "risk.low_profit.trades=1000",
  "strategy.list.1.parameters={bar_ms: 1000, fast_period: 2, slow_period: 5, entry_bps: 0.5, cooldown_ms: 5000}",
  "ai.horizon_ms=2000",
  "ai.advise_every_ms=2000",
  "ai.pack_every_ms=20000",
  "ai.snapshots.every_ms=60000",
  "ai.snapshots.rows_min=10",
  "ai.snapshots.margin=0",
];

export const RUN_AI: RunAi = {
  boundary: "linux_namespaces",
  worker: new TextEncoder().encode("export {};\n"),
  active: null,
};

/** The isolated program's own adviser, without its process. */
export function realWorker(): FakeWorker {
  let current: Adviser | null = null;
  return {
    answer(line: HostLine) {
      if (line.type === "batch") return current!.batch(line);
      if (line.type === "model") current!.useModel(line.model);
      else current = adviser(line.task);
      return line.type === "begin" ? [PROBED] : [];
    },
  };
}

export interface Advising {
  /** Each start takes the next; the last one again and again. */
  readonly workers?: readonly (() => FakeWorker)[];
  readonly later?: (work: () => void) => void;
  /** For its deadlines, which in virtual time nobody else moves. */
  readonly scheduler?: FlatTime;
  /** Of a run that goes on. */
  readonly rows?: readonly AiRow[];
}

export interface RoleOf extends Advising {
  readonly config: Config;
  readonly files: MemoryFiles;
  readonly startTs: number;
}

export function roleOver(
  { config, files, startTs, workers = [realWorker], later = queueMicrotask, ...more }: RoleOf,
  run: Pick<OpenRun, "gate" | "journal" | "keepAiFile">,
  pace: Pace,
): AiRole {
  const { ai, symbols, source } = config;
  const store = new AiStore(files, "/var", { isModel, keptMax: ai.snapshots.kept_max });
  const fit = { source, horizon_ms: ai.horizon_ms, features: FEATURES_VERSION };
  const pointer = store.pointer();
  const found = store.active(fit).active;
  const active = found && { n: found.n, model: found.model, modelSha256: found.model_sha256 };
  if (active !== null) run.keepAiFile("model", JSON.stringify(active.model));
  const task = {
    symbols,
    horizon_ms: ai.horizon_ms,
    advise_every_ms: ai.advise_every_ms,
    pack_every_ms: ai.pack_every_ms,
    snapshot_every_ms: ai.snapshots.every_ms,
    rows_max: ai.snapshots.rows_max,
  };
  const parts = {
    starter: fakeStarter(workers, later),
    boundary: "linux_namespaces",
    openTargets: () => Promise.resolve({ targets: NO_TARGETS, arrived: () => Promise.resolve([]), close }),
    checks: [
      byType,
      bySchema(workerLineProblem({ ...task, model: null, rows: [] })),
      byPolicy(run.gate),
    ],
    lineBytesMax: ai.line_bytes_max,
  } as const;
  const { rows_max: rowsMax, rows_min: rowsMin, margin } = ai.snapshots;
  const shelf = aiShelf({
    store,
    fit,
    pointed: "problem" in pointer ? null : pointer.n,
    keepAiFile: run.keepAiFile,
    runId: "20261121_220000",
    symbols,
  });
  return new AiRole({
    ai,
    boundary: parts.boundary,
    clock: pace.clock,
    isVirtual: true,
    speed: 1,
    scheduler: more.scheduler ?? new FlatTime(),
    startTs,
    healthEveryMs: config.watchdog.heartbeat_every_ms,
    learning: aiLearning({
      shelf,
      symbols: symbols.length,
      horizonMs: ai.horizon_ms,
      rowsMax,
      rowsMin,
      margin,
      active,
      startTs,
      rows: more.rows ?? [],
    }),
    startWorker: (learned, listener) => provenSession({ ...parts, task: { ...task, ...learned } }, listener),
    deadletter: (letter) => run.journal.deadletter(letter),
    stopOf(error) {
      const { code, message } = stopReasonOf(error);
      return { reason_code: code, detail: message };
    },
  });
}

const close = () => Promise.resolve();
const NO_TARGETS = {
  tcp_port: 1,
  udp_port: 1,
  unix_path: "/u",
  read_path: "/r",
  write_folder: "/w",
  host_pid: 1,
};

export interface AdvisingNight extends SimNight {
  readonly files: MemoryFiles;
  readonly config: Config;
}

/** null: nobody advises. */
export async function advisingNight(
  sets: readonly string[],
  advising: Advising | null,
  options: Partial<SimNightOptions> & { readonly files?: MemoryFiles } = {},
): Promise<AdvisingNight> {
  const config = configWith([...AI_FLAGS, ...sets]);
  const files = options.files ?? memoryFiles();
  const clock = virtualClock(SIM_START_TS);
  const pace: Pace = { clock, setTs: (ts) => clock.set(ts), speed: 1, scheduler: asapScheduler };
  const role = { ...advising, config, files, startTs: SIM_START_TS };
  const night = await simNight({
    config,
    files,
    pace,
    ...(advising === null ? {} : {
      ai: RUN_AI,
      adviser: (run: OpenRun, its: Pace) => roleOver(role, run, its),
    }),
    ...options,
  });
  return { ...night, files, config };
}
