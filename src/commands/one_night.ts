import { type Config, effectiveConfigText } from "../core/config.ts";
import { diskText, type NightVolume } from "../core/disk_estimate.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { redact } from "../core/secrets.ts";
import { proveHashes } from "../core/sha256.ts";
import { codeVersion } from "../edge/code_version.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { readEnvironment } from "../edge/environment.ts";
import { packageRoot } from "../edge/package_files.ts";
import { readProcessFacts } from "../edge/process_facts.ts";
import { realFiles } from "../edge/real_files.ts";
import { runtimeFacts } from "../edge/runtime_facts.ts";
import { openRun } from "../night/open_run.ts";
import { openAnchorKey } from "./anchor_key.ts";
import type { VenueFacts } from "./ask_venue.ts";
import type { Terminal } from "./command.ts";
import type { NightSetting } from "./live_night.ts";
import type { Rules } from "./load_rules.ts";
import { bannerOf } from "./night_text.ts";
import { nightToEnd, openOrSay } from "./night_to_end.ts";
import { findContainerProblem, findDiskProblem, findStartProblem } from "./start_proofs.ts";

export interface OneNightSetting extends NightSetting {
  readonly venue: VenueFacts;
  readonly rules: Rules;
  readonly isJson: boolean;
}

/** One night in a `var` that is locked and not latched: proves, opens, runs, closes, tells. */
export async function oneNight(terminal: Terminal, setting: OneNightSetting): Promise<number> {
  const { config, plan, varFolder, venue } = setting;
  proveHashes();
  const runFolder = `${varFolder}/runs/${plan.runId}`;
  const commandLine = readCommandLine();
  const configText = effectiveConfigText(config);
  const volume = volumeOf(config, venue, config.duration_ms);
  const freeBytes = realFiles.freeBytes(varFolder);
  const startProblem = venue.problem ??
    findStartProblem({ commandLine, environment: readEnvironment(), config, configText }) ??
    findContainerProblem(config, readProcessFacts()) ??
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
  const options = {
    ...setting.rules,
    identity,
    config,
    configText: redact(configText),
    symbols: venue.symbols,
    files: realFiles,
    clock: plan.pace.clock,
    signer: openAnchorKey(config, varFolder),
    varFolder,
    runFolder,
    isDurable: plan.isDurable,
    print: (line: string) => terminal.print(line.trimEnd()),
  };
  const run = await openOrSay(terminal, plan.runId, () => openRun(options));
  if (run === null) return EXIT.failure;
  for (const line of bannerOf(identity, { config, runFolder, isDurable: plan.isDurable })) terminal.say(line);
  terminal.say(`  disk     ${diskText(volume, freeBytes)}`);
  return await nightToEnd(terminal, setting, { run, identity, startProblem, runFolder });
}

/** What a night will write in so long. */
export function volumeOf(
  { symbols, market: { book } }: Config,
  { eventsPerS }: VenueFacts,
  durationMs: number,
): NightVolume {
  return { eventsPerS, symbols: symbols.length, book, durationMs };
}
