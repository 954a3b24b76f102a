import { realFiles } from "../edge/real_files.ts";
import { listenToOperator } from "../edge/operator_commands.ts";
import { type ClosedRun, closeRun } from "../night/close_run.ts";
import { redact } from "../core/secrets.ts";
import { OperationLog } from "../sinks/operation_log.ts";
import { wholeLines } from "../sinks/run_position.ts";
import { latchReason, readLatch } from "../sinks/stop_flag.ts";
import { addAdviceEffect } from "./advice_effect.ts";
import type { Terminal } from "./command.ts";
import { liveNight, type LiveRun, type NightSetting } from "./live_night.ts";
import { tellEnd } from "./night_display.ts";

/** From a run that lies open to its exit code: it is run and closed, and how it ended is told. */
export async function nightToEnd(
  terminal: Terminal,
  setting: NightSetting & { readonly isJson: boolean },
  open: LiveRun & { readonly runFolder: string },
): Promise<number> {
  const { config, plan, varFolder } = setting;
  const { run, startProblem, runFolder } = open;
  const { rotate_bytes: rotateBytes } = config.logging;
  const { files } = setting.acts;
  const log = new OperationLog(files, runFolder, rotateBytes, wholeLines(files, runFolder, "log"));
  const resumed = open.resumption === undefined ? "" : ` again, at event ${open.resumption.nextN}`;
  log.write(Date.now(), "info", `opened ${runFolder}${resumed}`);

  // Until all is closed: a signal that nobody listens to would end the process in the middle of it.
  const operator = listenToOperator({
    clock: plan.pace.clock,
    readLatch: () => {
      const latch = readLatch(files, varFolder);
      return latch === null ? null : latchReason(latch);
    },
    pollMs: config.watchdog.stop_poll_ms,
  });
  try {
    const { command$: operator$ } = operator;
    const outcome = await liveNight(terminal, setting, { ...open, operator$ });
    const closed = closeRun(outcome, {
      ...run,
      files: realFiles, // an end is written, whatever policy says by then
      varFolder,
      runFolder,
      mirror: config.audit.anchor_mirror,
      runId: plan.runId,
      isLatching: startProblem === null,
    });
    logEnd(terminal, log, closed);
    const told = await addAdviceEffect(closed, {
      files: realFiles,
      config,
      runFolder,
      tally: run.tally,
      terminal,
      nowMs: () => performance.now(),
    });
    return tellEnd(terminal, told, { runFolder, isJson: setting.isJson });
  } finally {
    operator.close();
  }
}

/** Null, and said, where the system does not let the run's files be made, be it a folder, the mirror or the room for them. */
export async function openOrSay<Run>(
  terminal: Terminal,
  runId: string,
  open: () => Run | Promise<Run>,
): Promise<Run | null> {
  try {
    return await open();
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    if (code === undefined && name !== "NotCapable") throw error;
    terminal.say(`Run ${runId} could not be opened: ${redact(message)}`);
    return null;
  }
}

/** The program's own log is no proof: where the disk takes no more, the end is told all the same. */
export function logEnd(
  terminal: Terminal,
  log: Pick<OperationLog, "write" | "close">,
  { verdict, stop, problems }: ClosedRun,
): void {
  try {
    for (const problem of problems) log.write(Date.now(), "error", problem);
    log.write(Date.now(), "info", `${verdict} ${stop?.reason_code ?? ""}`.trim());
    log.close();
  } catch (error) {
    terminal.say(`log.jsonl could not be written: ${(error as Error).message}`);
  }
}
