import { UNPROVEN_MODEL } from "../core/ai_mail.ts";
import type { Config } from "../core/config.ts";
import type { Event } from "../core/event.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { linesOfFile } from "../sinks/log_reader.ts";
import { reportFigures } from "../sinks/report.ts";
import { openRunGate, readBasis } from "./run_basis.ts";
import { whatIf } from "./what_if.ts";

/**
 * What the advice of a night in shadow would have changed: the inputs of the closed run once more, with advice as a
 * filter. An experiment, which writes nothing.
 */
export interface AdviceSection {
  /** null where there is none to tell, and then the note says why. */
  readonly effect: AdviceEffect | null;
  readonly note: string;
}

export interface AdviceEffect {
  readonly vetoed: number;
  readonly shrunk: number;
  /** The first reason, null where nothing would have stopped the night. */
  readonly stopped_by: string | null;
  readonly recorded: AdviceFigures;
  readonly filtered: AdviceFigures;
}

export interface AdviceFigures {
  readonly orders: number;
  readonly fills: number;
  readonly trades: number;
  readonly total: string;
  readonly max_drawdown: string;
}

export interface AdviceCounterfactualOptions {
  readonly files: Files;
  readonly runFolder: string;
  readonly configSchema: unknown;
  /** Asked every few thousand inputs: the end of a night waits for the answer. */
  readonly giveUp: () => boolean;
}

export async function adviceCounterfactual(options: AdviceCounterfactualOptions): Promise<AdviceSection> {
  const { files, runFolder, configSchema, giveUp } = options;
  const basis = readBasis(files, runFolder, configSchema);
  const { startFacts } = basis;
  if (typeof startFacts === "string") return { effect: null, note: `nothing can be tried: ${startFacts}` };
  const found = await whatIf({
    files,
    runFolder,
    basis,
    startFacts,
    config: filtering(basis.config),
    gate: await openRunGate(files, runFolder, basis),
    untilTs: Infinity,
    onProgress: () => {},
    giveUp,
  });
  if (found.isGivenUp) {
    const { run_id } = basis.manifest;
    return { effect: null, note: `not computed in time: nore replay ${run_id} --set ai.advice=filter` };
  }
  if (found.failure !== null) return { effect: null, note: `the core fails: ${redact(found.failure)}` };
  const counted = (code: string) => found.riskReasons.get(code) ?? 0;
  const recorded = openArtefact(new TextDecoder().decode(files.read(`${runFolder}/report.json`)));
  const effect: AdviceEffect = {
    vetoed: counted("AI_VETO") + counted("AI_SHRUNK_TOO_SMALL"),
    shrunk: counted("AI_SHRINK"),
    stopped_by: found.stop,
    recorded: figuresOf(recorded),
    filtered: figuresOf(reportFigures(found.tally)),
  };
  return { effect, note: "an experiment: the market does not answer to what is traded in it" };
}

/** A proven model has advised. */
export function hasProvenAdvice(files: Files, runFolder: string): boolean {
  for (const { value } of linesOfFile(files, `${runFolder}/queues/recommendations`, "inbox")) {
    if ((value as Event<"recommendation">).payload.model_id !== UNPROVEN_MODEL) return true;
  }
  return false;
}

function filtering(config: Config): Config {
  return { ...config, ai: { ...config.ai, advice: "filter" } };
}

function figuresOf(report: Readonly<Record<string, unknown>>): AdviceFigures {
  const { counts, trades, virtual_pnl, max_drawdown } = report as unknown as {
    readonly counts: Readonly<Record<string, number>>;
    readonly trades: number;
    readonly virtual_pnl: { readonly total: string };
    readonly max_drawdown: { readonly quote: string };
  };
  return {
    orders: counts["order_intent"]!,
    fills: counts["fill"]!,
    trades,
    total: virtual_pnl.total,
    max_drawdown: max_drawdown.quote,
  };
}
