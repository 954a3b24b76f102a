import { type Config, effectiveConfigText } from "../core/config.ts";
import { diskText, type NightVolume } from "../core/disk_estimate.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { PolicyGate } from "../core/ports.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { redact } from "../core/secrets.ts";
import { proveHashes } from "../core/sha256.ts";
import { codeVersion } from "../edge/code_version.ts";
import type { CommandLine } from "../edge/command_line.ts";
import { packageRoot } from "../edge/package_files.ts";
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
import { findDiskProblem } from "./start_proofs.ts";

export interface OneNightSetting extends NightSetting {
  readonly venue: VenueFacts;
  readonly rules: Rules;
  readonly gate: PolicyGate;
  readonly commandLine: CommandLine;
  readonly isJson: boolean;
}

/** One night in a `var` that is locked and not latched: proves, opens, runs, closes, tells. */
export async function oneNight(terminal: Terminal, setting: OneNightSetting): Promise<number> {
  const { config, plan, varFolder, venue, commandLine, acts, adviser } = setting;
  proveHashes();
  const runFolder = `${varFolder}/runs/${plan.runId}`;
  const configText = effectiveConfigText(config);
  const volume = volumeOf(config, venue, config.duration_ms);
  const freeBytes = realFiles.freeBytes(varFolder);
  const problem = venue.problem ?? adviser.problem ??
    findDiskProblem(volume, { freeBytes, keepFreeBytes: config.logging.disk_free_bytes_min });
  const startProblem = problem === null
    ? null
    : { ...problem, denials: [...problem.denials ?? [], ...acts.denials()] };
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
    gate: setting.gate,
    identity,
    config,
    configText: redact(configText),
    symbols: venue.symbols,
    ai: adviser.runAi,
    files: acts.files,
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
  terminal.say(`  adviser  ${adviser.text}`);
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
