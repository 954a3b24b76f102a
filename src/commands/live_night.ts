import process from "node:process";
import type { Observable } from "rxjs";
import type { Config } from "../core/config.ts";
import type { AnyDraft } from "../core/event.ts";
import type { QueueSink } from "../core/ports.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import { realFiles } from "../edge/real_files.ts";
import type { OpenRun } from "../night/open_run.ts";
import { type NightOutcome, runNight, type StartProblem } from "../night/run_night.ts";
import { writeArtefact } from "../sinks/atomic_file.ts";
import { embeddedAgenda } from "../streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../streams/sources/embedded/embedded_market.ts";
import type { Terminal } from "./command.ts";
import type { Rules } from "./load_rules.ts";
import { progressEveryMs, progressOf } from "./night_display.ts";
import type { NightPlan } from "./night_plan.ts";

/** The night itself on an open run, with its market, and what goes on beside it: the beat and the progress. */
export interface NightSetting {
  readonly config: Config;
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  readonly rules: Rules;
  readonly seed: number;
  readonly plan: NightPlan;
  readonly varFolder: string;
  readonly isJson: boolean;
}

const BEAT_EVERY_MS = 1000;

export async function liveNight(
  terminal: Terminal,
  { config, seed, plan, varFolder }: NightSetting,
  night: {
    readonly run: OpenRun;
    readonly identity: RunIdentity;
    readonly startProblem: StartProblem | null;
    readonly operator$: Observable<AnyDraft>;
  },
): Promise<NightOutcome> {
  const { run, identity, startProblem, operator$ } = night;
  const { startedTs, pace } = plan;
  const { ticks_per_s: ticksPerS } = config.market.embedded;
  const market = embeddedMarket({ seed, symbols: config.symbols, startTs: startedTs, ticksPerS });
  const marketAgenda = embeddedAgenda(market, { onUnusable: unusableTo(run.journal) });
  const beat = beatOf(terminal, varFolder, plan.runId);
  beat();
  const progress = progressOf(terminal, {
    tally: run.tally,
    startedTs,
    durationMs: config.duration_ms,
    nowMs: () => performance.now(),
  });
  const timers = [setInterval(beat, BEAT_EVERY_MS), setInterval(progress, progressEveryMs(terminal))];
  try {
    return await runNight({ ...run, identity, config, pace, marketAgenda, operator$, startProblem });
  } finally {
    timers.forEach(clearInterval);
  }
}

/** What the market said and no tick can be made of goes to the deadletters of its queue. */
export function unusableTo(
  journal: Pick<QueueSink, "deadletter">,
): (message: unknown, reason: string, ts: number) => void {
  return (message, detail, ts) => {
    const raw = new TextEncoder().encode(JSON.stringify(message));
    journal.deadletter({ ts, queue: "market_ticks", reason_code: "TICK_UNUSABLE", detail, raw });
  };
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
