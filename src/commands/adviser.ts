import { asyncScheduler } from "rxjs";
import type { AiRow, AiTask } from "../core/ai_mail.ts";
import type { Config } from "../core/config.ts";
import type { Files, PolicyGate, QueueSink, WorkerStarter } from "../core/ports.ts";
import type { StartProblem } from "../core/start_problem.ts";
import {
  type Boundary,
  commandFor,
  findBoundary,
  type FoundBoundary,
  WORKER_PATH,
} from "../edge/ai_boundary.ts";
import { aiProcess } from "../edge/ai_process.ts";
import { openProbeTargets } from "../edge/probe_targets.ts";
import { realFiles } from "../edge/real_files.ts";
import type { KeepAiFile } from "../night/open_run.ts";
import { AiStore } from "../sinks/ai_store.ts";
import { stopReasonOf } from "../sinks/journal_failure.ts";
import type { RunAi } from "../sinks/run_folder.ts";
import { byPolicy, bySchema, byType } from "../streams/ai/admit_line.ts";
import { AI_BOUNDARY } from "../streams/ai/ai_drafts.ts";
import { type ActiveModel, aiLearning } from "../streams/ai/ai_learning.ts";
import { AiRole } from "../streams/ai/ai_role.ts";
import { FEATURES_VERSION } from "../streams/ai/ai_rows.ts";
import type { AiSession, ProvenListener } from "../streams/ai/ai_session.ts";
import { type OpenTargets, provenSession } from "../streams/ai/proven_session.ts";
import { isModel } from "../streams/ai/train_model.ts";
import { workerLineProblem } from "../streams/ai/worker_line_schemas.ts";
import { aiShelf } from "./ai_shelf.ts";
import { firstWorker } from "./first_worker.ts";
import type { NightPlan } from "./night_plan.ts";

/**
 * The adviser of a night: found a boundary for, started and proven before the run begins, so that its manifest can say
 * what shuts it in. Where there is none it stays off, and that is said.
 */
export interface Adviser {
  /** What the run keeps of it; null where none runs. */
  readonly runAi: RunAi | null;
  /** Why the night may not begin with it. */
  readonly problem: StartProblem | null;
  /** For a reader: what shuts it in, or why it is off. */
  readonly text: string;
  /** It was wanted, and is off. */
  readonly isMissed: boolean;
  /** Null where none runs. */
  open(night: AdviserNight): AiRole | null;
  /** Of a night that did not begin. */
  close(): void;
}

export interface AdviserNight {
  readonly plan: Pick<NightPlan, "runId" | "pace">;
  readonly startTs: number;
  readonly journal: Pick<QueueSink, "deadletter">;
  readonly keepAiFile: KeepAiFile;
}

export interface AdviserSetting {
  readonly gate: PolicyGate;
  readonly files: Files;
  readonly varFolder: string;
  /** Of a run that goes on: what its packs have told, and the program that it keeps. */
  readonly rows?: readonly AiRow[];
  readonly programPath?: string;
}

export const NO_ADVISER: Adviser = off("off", { isMissed: false });
export const GIVEN_UP: Adviser = off("off: it was given up earlier in this night", { isMissed: false });

/** What of the machine it is made of. */
export interface AdviserMeans {
  readonly findBoundary: (of: { readonly programPath: string }) => Promise<FoundBoundary>;
  readonly starterOf: (boundary: Boundary, memoryMbMax: number) => WorkerStarter;
  readonly openTargets: (parent?: string) => Promise<OpenTargets>;
}

const MEANS: AdviserMeans = {
  findBoundary,
  starterOf: (boundary, memoryMbMax) => aiProcess(commandFor(boundary, memoryMbMax)),
  openTargets: openProbeTargets,
};

export async function openAdviser(
  config: Config,
  setting: AdviserSetting,
  means: AdviserMeans = MEANS,
): Promise<Adviser> {
  const { ai } = config;
  if (!ai.enabled) return off("off: ai.enabled is false", { isMissed: false });
  if (ai.boundary === "off") return off("off: ai.boundary is off", { isMissed: false });
  const { programPath = WORKER_PATH } = setting;
  const { boundary, missed, todo } = await means.findBoundary({ programPath });
  if (boundary === null) {
    const why = [`nothing here denies it the network: ${missed.join("; ")}`, todo ?? ""].filter(Boolean);
    return missing(config, why.join("; "));
  }
  return await proveAdviser(config, setting, { boundary, means });
}

async function proveAdviser(
  config: Config,
  setting: AdviserSetting,
  { boundary, means }: { readonly boundary: Boundary; readonly means: AdviserMeans },
): Promise<Adviser> {
  const { ai, symbols, source } = config;
  const store = new AiStore(setting.files, setting.varFolder, { isModel, keptMax: ai.snapshots.kept_max });
  const fit = { source, horizon_ms: ai.horizon_ms, features: FEATURES_VERSION };
  const pointer = store.pointer();
  const pointed = "problem" in pointer ? null : pointer.n;
  const { active: found, said } = store.active(fit);
  const active: ActiveModel | null = found === null
    ? null
    : { n: found.n, model: found.model, modelSha256: found.model_sha256 };
  const task = { ...taskOf(config), model: active?.model ?? null, rows: setting.rows ?? [] };
  const parts = {
    starter: means.starterOf(boundary, ai.memory_mb_max),
    boundary: boundary.name,
    // Who may write in no other place has them beside the runs.
    openTargets: () => means.openTargets().catch(() => means.openTargets(setting.varFolder)),
    checks: [byType, bySchema(workerLineProblem(task)), byPolicy(setting.gate)],
    lineBytesMax: ai.line_bytes_max,
  };
  const start = (learned: Pick<AiTask, "model" | "rows">, listener: ProvenListener): AiSession =>
    provenSession({ ...parts, task: { ...task, ...learned } }, listener);
  const first = await firstWorker((listener) => start(task, listener), ai.start_timeout_ms);
  if ("problem" in first) {
    const { problem, isViolation } = first;
    if (!isViolation) return missing(config, problem);
    return off(problem, {
      isMissed: true,
      problem: { component: "ai_role", reason_code: AI_BOUNDARY, detail: problem },
    });
  }
  const worker = realFiles.read(boundary.programPath);
  return {
    runAi: { boundary: boundary.name, worker, active },
    problem: null,
    isMissed: false,
    text: [`${ai.advice}, in ${boundary.name} (${boundary.detail})`, adviceText(active), said ?? ""]
      .filter((part) => part !== "").join("; "),
    close: () => first.kill(),
    open: ({ plan: { runId, pace }, startTs, journal, keepAiFile }) => {
      if (active !== null) keepAiFile("model", JSON.stringify(active.model));
      const { horizon_ms: horizonMs, snapshots: { rows_max: rowsMax, rows_min: rowsMin, margin } } = ai;
      const shelf = aiShelf({ store, fit, pointed, keepAiFile, runId, symbols });
      const learned = {
        symbols: symbols.length,
        horizonMs,
        rowsMax,
        rowsMin,
        margin,
        active,
        startTs,
        rows: task.rows,
      };
      let isFirst = true;
      return new AiRole({
        ai,
        boundary: boundary.name,
        clock: pace.clock,
        isVirtual: pace.setTs !== undefined,
        speed: pace.speed,
        scheduler: asyncScheduler,
        startTs,
        healthEveryMs: config.watchdog.heartbeat_every_ms,
        learning: aiLearning({ shelf, ...learned }),
        startWorker(now, listener) {
          if (!isFirst) return start(now, listener);
          isFirst = false;
          return first.handOver(listener);
        },
        deadletter: (letter) => journal.deadletter(letter),
        stopOf: faultOf,
      });
    },
  };
}

/** What it is asked for, before anything is learned. */
export function taskOf({ ai, symbols }: Pick<Config, "ai" | "symbols">): AiTask {
  return {
    symbols,
    horizon_ms: ai.horizon_ms,
    advise_every_ms: ai.advise_every_ms,
    pack_every_ms: ai.pack_every_ms,
    snapshot_every_ms: ai.snapshots.every_ms,
    rows_max: ai.snapshots.rows_max,
    model: null,
    rows: [],
  };
}

/** Whatever of it could not be written. */
function faultOf(error: unknown): Pick<StartProblem, "reason_code" | "detail"> {
  const isOfSystem = typeof (error as { readonly code?: unknown } | null)?.code === "string";
  if (isOfSystem) {
    const { code, message } = stopReasonOf(error);
    return { reason_code: code, detail: message };
  }
  return {
    reason_code: "ROLE_DEAD",
    detail: error instanceof Error ? error.stack ?? error.message : String(error),
  };
}

function adviceText(active: ActiveModel | null): string {
  return active === null ? "no snapshot is proven yet" : `snapshot ${active.n} advises`;
}

/** It was wanted and cannot be had. */
function missing({ ai: { boundary } }: Config, why: string): Adviser {
  const problem = {
    component: "ai_role",
    reason_code: AI_BOUNDARY,
    detail: `ai.boundary is required: ${why}`,
  };
  return off(`OFF: ${why}`, { isMissed: true, problem: boundary === "required" ? problem : null });
}

function off(
  text: string,
  { isMissed, problem = null }: { readonly isMissed: boolean; readonly problem?: StartProblem | null },
): Adviser {
  return { runAi: null, problem, text, isMissed, open: () => null, close: () => {} };
}

/** For the log of a night whose adviser was wanted and is off. */
export function missedText({ isMissed, text }: Adviser): string | null {
  return isMissed ? text : null;
}
