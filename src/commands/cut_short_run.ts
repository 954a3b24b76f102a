import { basename, dirname } from "node:path";
import type { Config } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { Amount, Price, Quantity } from "../core/fixed_point.ts";
import type { Signer } from "../core/ports.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import { systemClock } from "../edge/clocks.ts";
import { configSchema } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import type { ReopenOptions } from "../night/reopen_run.ts";
import { openRunGate, readBasis, type RunBasis } from "../night/run_basis.ts";
import type { Signatures } from "../verify/verify_anchors.ts";
import type { Verification } from "../verify/verify_run.ts";
import { anchorKeyPath, openAnchorKey } from "./anchor_key.ts";
import { assessRun, type Need, type RunPlace } from "./assess_run.ts";
import { type Terminal, UsageError } from "./command.ts";
import { shownProblems } from "./shown_problems.ts";
import { runFolderOf } from "./verify.ts";

/** A run whose process was killed, as whoever ends it or goes on with it finds it: where it lies, how it is, its key. */

/** Of a path, a run_id or `latest`. */
export function placeOf(word: string, varFolder: string = "var"): RunPlace {
  const runFolder = runFolderOf(word, varFolder);
  if (basename(dirname(runFolder)) !== "runs") {
    throw new UsageError(
      `${runFolder} does not lie in the runs of a var folder: only there it can be ended or resumed`,
    );
  }
  return { varFolder: dirname(dirname(runFolder)), runFolder };
}

export function assess(
  terminal: Terminal,
  place: RunPlace,
  signatures: Signatures = "all",
): { readonly need: Need; readonly verification: Verification } {
  const onProgress = (events: number) => terminal.status(`${events} events verified`);
  const found = assessRun(realFiles, place, onProgress, signatures);
  terminal.status("");
  return found;
}

export function refuseDamaged(terminal: Terminal, verification: Verification): number {
  showProblems(terminal, verification);
  terminal.say(
    `${verification.findings.count} problems: this is not what a crash leaves, nothing was written`,
  );
  return EXIT.integrity;
}

export function showProblems(terminal: Terminal, { findings }: Verification): void {
  for (const line of shownProblems(findings)) terminal.print(line);
}

/** Call when the run is verified. */
export function basisOf({ runFolder }: RunPlace): RunBasis {
  return readBasis(realFiles, runFolder, configSchema());
}

/** The key that has signed the run so far, or why there is none: another one would be another's word. */
export function signerOf({ config, manifest }: RunBasis, { varFolder }: RunPlace): Signer | string {
  const path = anchorKeyPath(config, varFolder);
  if (!realFiles.exists(path)) return `The anchor key ${path} is not there: only who has it can end this run`;
  const { anchor_key: wanted } = manifest;
  const signer = openAnchorKey(config, varFolder);
  if (signer.public_key === wanted.public_key) return signer;
  return `The anchor key ${path} is ${signer.key_id}, the run is signed with ${wanted.key_id}`;
}

export async function reopenOptions(
  terminal: Terminal,
  place: RunPlace,
  { basis, signer }: { readonly basis: RunBasis; readonly signer: Signer },
): Promise<ReopenOptions> {
  const { manifest, config, contracts, startFacts } = basis;
  return {
    ...place,
    files: realFiles,
    clock: systemClock,
    signer,
    manifest,
    config,
    contracts,
    gate: await openRunGate(realFiles, place.runFolder, basis),
    symbols: typeof startFacts === "string" ? looseRules(config) : startFacts.symbols,
    print: (line) => terminal.print(line.trimEnd()),
  };
}

/** Where a run does not keep what its venue said of its symbols: it can only be ended then, so any rules do. */
function looseRules({ symbols }: Config): ReadonlyMap<string, SymbolRules> {
  const loosest = { priceTick: 1n as Price, quantityStep: 1n as Quantity, notionalMin: 0n as Amount };
  return new Map(symbols.map((symbol) => [symbol, { symbol, base: symbol, quote: "", ...loosest }]));
}
