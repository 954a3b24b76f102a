import type { Config } from "../core/config.ts";
import type { Files } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { configSchema } from "../edge/package_files.ts";
import { adviceCounterfactual, hasProvenAdvice } from "../night/advice_counterfactual.ts";
import type { ClosedRun } from "../night/close_run.ts";
import { writeReport } from "../sinks/run_artefacts.ts";
import type { Tally } from "../sinks/tally.ts";
import type { Terminal } from "./command.ts";

/**
 * Adds to the report of a night in shadow what its advice would have changed as a filter. The night has ended by
 * itself and is closed: nothing that goes wrong here changes how, and nobody waits for long.
 */
export interface AdviceEffectOptions {
  readonly files: Files;
  readonly config: Config;
  readonly runFolder: string;
  readonly tally: Tally;
  readonly terminal: Terminal;
  readonly nowMs: () => number;
}

/** Within the ten seconds that an end may take. */
const MOST_MS = 7000;

export async function addAdviceEffect(closed: ClosedRun, options: AdviceEffectOptions): Promise<ClosedRun> {
  const { files, runFolder, terminal, nowMs } = options;
  if (!mayBeAsked(closed, options)) return closed;
  const endMs = nowMs() + MOST_MS;
  try {
    if (!hasProvenAdvice(files, runFolder)) return closed;
    terminal.status("what the advice would have changed ...");
    const ai_filter = await adviceCounterfactual({
      files,
      runFolder,
      configSchema: configSchema(),
      giveUp: () => nowMs() > endMs,
    });
    const report = { ...closed.report, ai_filter };
    writeReport(files, runFolder, report);
    return { ...closed, report };
  } catch (error) {
    terminal.say(`What the advice would have changed is not in the report: ${textOf(error)}`);
    return closed;
  }
}

function textOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}

/** Nobody has ended it, be it by a signal, and there is advice that nobody has heeded. */
function mayBeAsked(
  { verdict, problems }: ClosedRun,
  { config: { ai }, tally: { counts } }: AdviceEffectOptions,
): boolean {
  const isInShadow = ai.enabled && ai.boundary !== "off" && ai.advice === "shadow";
  const isEndedByItself = verdict === "PASS" && problems.length === 0 && counts.operator_command === 0;
  return isInShadow && isEndedByItself && counts.recommendation > 0;
}
