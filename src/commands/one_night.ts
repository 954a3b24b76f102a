import { type Config, ConfigError, effectiveConfigText } from "../core/config.ts";
import { diskText, type NightVolume } from "../core/disk_estimate.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { Signer } from "../core/ports.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { redact } from "../core/secrets.ts";
import { proveHashes } from "../core/sha256.ts";
import { codeVersion } from "../edge/code_version.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { openSigner } from "../edge/ed25519_signer.ts";
import { readEnvironment } from "../edge/environment.ts";
import { listenToOperator } from "../edge/operator_commands.ts";
import { packageRoot } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { runtimeFacts } from "../edge/runtime_facts.ts";
import { type ClosedRun, closeRun } from "../night/close_run.ts";
import { type OpenRun, openRun, type OpenRunOptions } from "../night/open_run.ts";
import { OperationLog } from "../sinks/operation_log.ts";
import { latchReason, readLatch } from "../sinks/stop_flag.ts";
import type { Terminal } from "./command.ts";
import { liveNight, type NightSetting } from "./live_night.ts";
import { tellEnd } from "./night_display.ts";
import { bannerOf } from "./night_text.ts";
import { findDiskProblem, findStartProblem } from "./start_proofs.ts";

/** One night in a `var` that is locked and not latched: proves, opens, runs, closes, tells. */
export async function oneNight(terminal: Terminal, setting: NightSetting): Promise<number> {
  const { config, plan, varFolder, venue } = setting;
  proveHashes();
  const runFolder = `${varFolder}/runs/${plan.runId}`;
  const commandLine = readCommandLine();
  const configText = effectiveConfigText(config);
  const volume: NightVolume = {
    eventsPerS: venue.eventsPerS,
    symbols: config.symbols.length,
    book: config.market.book,
    durationMs: config.duration_ms,
  };
  const freeBytes = realFiles.freeBytes(varFolder);
  const startProblem = venue.problem ??
    findStartProblem({ commandLine, environment: readEnvironment(), config, configText }) ??
    findDiskProblem(volume, { freeBytes, keepFreeBytes: config.logging.disk_free_bytes_min });
  const identity: RunIdentity = {
    runId: plan.runId,
    startedTs: plan.startedTs,
    seed: setting.seed,
    source: config.source,
    venue: config.source,
    prices: venue.prices,
    commandLine,
    codeVersion: { ...codeVersion(packageRoot) },
    runtime: runtimeFacts(),
  };
  const run = await openOrSay(terminal, {
    ...setting.rules,
    identity,
    config,
    configText: redact(configText),
    symbols: venue.symbols,
    files: realFiles,
    clock: plan.pace.clock,
    signer: signerOf(config, varFolder),
    varFolder,
    runFolder,
    isDurable: plan.isDurable,
    print: (line) => terminal.print(line.trimEnd()),
  });
  if (run === null) return EXIT.failure;
  for (const line of bannerOf(identity, { config, runFolder, isDurable: plan.isDurable })) terminal.say(line);
  terminal.say(`  disk     ${diskText(volume, freeBytes)}`);
  const log = new OperationLog(realFiles, runFolder, config.logging.rotate_bytes);
  log.write(Date.now(), "info", `opened ${runFolder}`);

  // Until all is closed: a signal that nobody listens to would end the process in the middle of it.
  const operator = listenToOperator({
    clock: plan.pace.clock,
    readLatch: () => {
      const latch = readLatch(realFiles, varFolder);
      return latch === null ? null : latchReason(latch);
    },
    pollMs: config.watchdog.stop_poll_ms,
  });
  try {
    const { command$: operator$ } = operator;
    const outcome = await liveNight(terminal, setting, { run, identity, startProblem, operator$ });
    const closed = closeRun(outcome, {
      ...run,
      files: realFiles,
      varFolder,
      runFolder,
      mirror: config.audit.anchor_mirror,
      runId: plan.runId,
      isLatching: startProblem === null,
    });
    logEnd(terminal, log, closed);
    return tellEnd(terminal, closed, { runFolder, isJson: setting.isJson });
  } finally {
    operator.close();
  }
}

/** null where the system does not let the run's files be made, be it a folder, the mirror or the room for them. */
async function openOrSay(terminal: Terminal, options: OpenRunOptions): Promise<OpenRun | null> {
  try {
    return await openRun(options);
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    if (code === undefined && name !== "NotCapable") throw error;
    terminal.say(`Run ${options.identity.runId} could not be opened: ${redact(message)}`);
    return null;
  }
}

function signerOf(config: Config, varFolder: string): Signer {
  const path = config.audit.key_file ?? `${varFolder}/keys/anchor.pem`;
  try {
    return openSigner(realFiles, path);
  } catch (error) {
    throw new ConfigError(`audit.key_file: ${path}: ${(error as Error).message}`, { cause: error });
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
