import { EXIT } from "../core/exit_codes.ts";
import type { ClosedRun } from "../night/close_run.ts";
import type { Tally } from "../sinks/tally.ts";
import type { Terminal } from "./command.ts";
import { statusLine, summaryOf } from "./night_text.ts";

/** Shows a night while it runs, and how it ended. */

const LIVE_EVERY_MS = 250;
const PLAIN_EVERY_MS = 60_000;

/** How often `showProgress` is to be called: one live line on a terminal, else a plain line a minute. */
export function progressEveryMs(terminal: Terminal): number {
  return terminal.isTerminal ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
}

/** Gives a function that shows where the night stands; its rate is that since the last call. */
export function progressOf(
  terminal: Terminal,
  options: {
    readonly tally: Tally;
    readonly startedTs: number;
    readonly durationMs: number;
    readonly nowMs: () => number;
  },
): () => void {
  const { tally, startedTs, durationMs, nowMs } = options;
  let shownTicks = 0;
  let shownMs = nowMs();
  return () => {
    const [ticks, ms] = [tally.counts.market_tick, nowMs()];
    const ticksPerS = ms === shownMs ? 0 : (ticks - shownTicks) * 1000 / (ms - shownMs);
    [shownTicks, shownMs] = [ticks, ms];
    const line = statusLine({ tally, startedTs, durationMs, ticksPerS, hasBar: terminal.isTerminal });
    if (terminal.isTerminal) terminal.status(line);
    else terminal.say(line);
  };
}

/** Says how it ended, and gives the exit code that says the same. */
export function tellEnd(
  terminal: Terminal,
  { verdict, stop, report, problems }: ClosedRun,
  options: { readonly runFolder: string; readonly isJson: boolean },
): number {
  terminal.status("");
  if (stop !== null) terminal.say(`${stop.reason_code} (${stop.component}): ${stop.detail}`);
  for (const problem of problems) terminal.say(`Could not be written: ${problem}`);
  if (options.isJson) terminal.print(JSON.stringify(report));
  else if (Object.keys(report).length > 0) {
    const { invocation, hasColor } = terminal;
    const code = stop?.reason_code ?? null;
    const lines = summaryOf(report, { runFolder: options.runFolder, invocation, hasColor, code });
    for (const line of lines) terminal.print(line);
  }
  if (verdict === "STOPPED") return EXIT.stopped;
  return verdict === "FAILED" || problems.length > 0 ? EXIT.failure : EXIT.ok;
}
