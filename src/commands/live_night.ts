import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { asyncScheduler, EMPTY, merge, NEVER, type Observable, of, ReplaySubject } from "rxjs";
import type { Config } from "../core/config.ts";
import type { AnyDraft, Draft } from "../core/event.ts";
import { elapsedClock } from "../edge/clocks.ts";
import { type LoopWatch, watchLoop } from "../edge/loop_watchdog.ts";
import { readProcessUse } from "../edge/machine_facts.ts";
import { realFiles } from "../edge/real_files.ts";
import { resources } from "../edge/resources.ts";
import type { OpenRun } from "../night/open_run.ts";
import { livedSince, type NightOutcome, type NightParts, runNight } from "../night/run_night.ts";
import { healthDraft } from "../streams/ai/ai_drafts.ts";
import type { AiRole } from "../streams/ai/ai_role.ts";
import { isSwitching } from "../policy/switching_gate.ts";
import { writeArtefact } from "../sinks/atomic_file.ts";
import type { FeedPast } from "../streams/sources/binance/feed_past.ts";
import { type Adviser, missedText } from "./adviser.ts";
import type { Terminal } from "./command.ts";
import type { GuardedActs } from "./guarded_acts.ts";
import { policyReloads } from "./policy_reload.ts";
import { progressEveryMs, progressOf } from "./night_display.ts";
import type { NightPlan } from "./night_plan.ts";
import { type OpenMarket, openMarket } from "./open_market.ts";

/** The night itself on an open run, with its market, and what goes on beside it: the beat and the progress. */
export interface NightSetting {
  readonly config: Config;
  readonly seed: number;
  readonly plan: NightPlan;
  readonly varFolder: string;
  readonly acts: GuardedActs;
  readonly adviser: Adviser;
}

export interface LiveRun extends Pick<NightParts, "identity" | "startProblem" | "resumption"> {
  readonly run: OpenRun;
  readonly runFolder: string;
  /** What a run that goes on knows of its feed. */
  readonly past?: FeedPast;
}

const BEAT_EVERY_MS = 1000;

export async function liveNight(
  terminal: Terminal,
  setting: NightSetting,
  night: LiveRun & { readonly operator$: Observable<AnyDraft> },
): Promise<NightOutcome> {
  const { config, plan, varFolder, acts, adviser } = setting;
  const { run, startProblem, resumption, past } = night;
  const { runId, startedTs, pace } = plan;
  const marketSetting = past === undefined ? setting : { ...setting, past };
  const market = startProblem === null ? await openMarket(marketSetting, run.journal) : NO_MARKET;
  const startTs = Math.max(startedTs, resumption?.ts ?? 0, pace.clock.now());
  const ai = startProblem === null ? adviser.open({ plan, startTs, ...run }) : null;
  const livedSinceTs = livedSince(startedTs, resumption, pace.clock.now());
  const beat = beatOf(terminal, varFolder, runId);
  beat();
  const progress = progressOf(terminal, {
    tally: run.tally,
    startedTs,
    durationMs: config.duration_ms,
    nowMs: () => performance.now(),
  });
  const timers = [setInterval(beat, BEAT_EVERY_MS), setInterval(progress, progressEveryMs(terminal))];
  /** Waits for the night where the watch is lost before it has begun. */
  const loss$ = new ReplaySubject<AnyDraft>(1);
  let loopWatch: LoopWatch | null = null;
  try {
    if (plan.isDurable) {
      loopWatch = watchLoop({
        varFolder,
        runId,
        stalledMs: config.watchdog.loop_stalled_ms,
        onLost: (error) => loss$.next(lossOf(error, { ts: pace.clock.now(), livedSinceTs })),
      });
    }
    const denied$ = acts.denied$(pace.clock);
    const missed = missedText(adviser);
    const missed$ = missed === null ? EMPTY : of(missedDraft(missed, pace.clock.now()));
    const reload$ = plan.isDurable && isSwitching(run.gate)
      ? policyReloads({
        config,
        varFolder,
        runFolder: night.runFolder,
        files: acts.files,
        clock: pace.clock,
        gate: run.gate,
        livedSinceTs,
        terminal,
      })
      : NEVER;
    const vitals$ = plan.isDurable
      ? merge(missed$, denied$, vitalsOf(setting, livedSinceTs), loss$, reload$)
      : merge(missed$, denied$);
    const gate = loopWatch?.watchGate(run.gate) ?? run.gate;
    return await runNight({ ...run, ...night, ...market, gate, config, pace, vitals$, ai });
  } finally {
    timers.forEach(clearInterval);
    await Promise.all([goneSoon(ai), loopWatch?.close().finally(() => market.close()) ?? market.close()]);
  }
}

const NO_MARKET: OpenMarket = { marketAgenda: null, feed: null, close: async () => {} };

/** A loop that nobody watches could hang for the rest of the night, so its watch is a role that is dead. */
export function lossOf(
  error: Error,
  { ts, livedSinceTs }: { readonly ts: number; readonly livedSinceTs: number },
): Draft<"health"> {
  const uptime_s = Math.max(0, ts - livedSinceTs) / 1000;
  const detail = `the watch over the event loop is lost: ${error.message}`;
  const payload = { role: "watchdog_role", state: "DOWN", uptime_s, origin: "input", detail } as const;
  return { type: "health", source: "watchdog_role", ts, cause: null, payload };
}

/** What was killed and is not gone by then keeps no night from its end. */
const AI_GONE_MS_MAX = 2000;

async function goneSoon(ai: AiRole | null): Promise<void> {
  if (ai !== null) await Promise.race([ai.close(), wait(AI_GONE_MS_MAX, undefined, { ref: false })]);
}

/** It was wanted, and nobody advises in this night. */
export function missedDraft(detail: string, ts: number): AnyDraft {
  return healthDraft(ts, { state: "DOWN", uptime_s: 0, off: true, detail });
}

/** How the process itself does. */
function vitalsOf({ config, plan: { pace } }: NightSetting, livedSinceTs: number): Observable<AnyDraft> {
  return resources({
    clock: pace.clock,
    elapsed: elapsedClock,
    scheduler: asyncScheduler,
    everyMs: config.watchdog.sample_every_ms,
    startedTs: livedSinceTs,
    use: readProcessUse,
  });
}

/** Says in current.json that the night lives. A beat that is lost is told once: the journal decides what it means. */
export function beatOf(terminal: Terminal, varFolder: string, runId: string): () => void {
  let isLost = false;
  return () => {
    try {
      const current = { run_id: runId, pid: process.pid, beat_ts: Date.now() };
      writeArtefact(realFiles, `${varFolder}/current.json`, current);
    } catch (error) {
      if (!isLost) terminal.say(`current.json could not be written: ${(error as Error).message}`);
      isLost = true;
    }
  };
}
