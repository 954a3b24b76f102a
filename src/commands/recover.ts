import { basename, dirname } from "node:path";
import { type Config, ConfigError, loadConfig } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { Signer } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import type { SymbolRules } from "../core/symbol_rules.ts";
import type { Amount, Price, Quantity } from "../core/fixed_point.ts";
import { systemClock } from "../edge/clocks.ts";
import { openSigner } from "../edge/ed25519_signer.ts";
import { packageRoot, readText } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { LockHeldError, takeVarLock } from "../edge/var_lock.ts";
import { recoverRun, type RecoverRunOptions, recoverViews } from "../night/recover_run.ts";
import { openRunGate, readContracts, readManifest } from "../night/run_basis.ts";
import { EMBEDDED_SYMBOLS } from "../streams/sources/embedded/symbols.ts";
import { formatProblem } from "../verify/findings.ts";
import type { Verification } from "../verify/verify_run.ts";
import { assessRun, type RunPlace } from "./assess_run.ts";
import { type Command, onlyOperand, type Terminal, UsageError } from "./command.ts";
import { runFolderOf } from "./verify.ts";

/** Ends a run whose process ended without an end, so that it verifies as complete; touches no other. */
export const recover: Command = {
  name: "recover",
  summary:
    "Ends a run whose process was killed: puts aside what was torn, says why it stopped, anchors, reports.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
  },
  examples: ["recover latest", "recover 20261121_220000 --var /srv/nore/var"],
  async run(input, terminal) {
    const runFolder = runFolderOf(onlyOperand(recover, input), input.option("var") ?? "var");
    if (basename(dirname(runFolder)) !== "runs") {
      throw new UsageError(
        `${runFolder} does not lie in the runs of a var folder: only there it can be ended`,
      );
    }
    const varFolder = dirname(dirname(runFolder));
    try {
      const lock = await takeVarLock(varFolder);
      try {
        return await recoverIn(terminal, { varFolder, runFolder });
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      terminal.say(`${error.message}: a run is ended by its own night while that lives`);
      return EXIT.lockHeld;
    }
  },
};

async function recoverIn(terminal: Terminal, place: RunPlace): Promise<number> {
  const { runFolder } = place;
  const assess = () => {
    const found = assessRun(realFiles, place, (events) => terminal.status(`${events} events verified`));
    terminal.status("");
    return found;
  };
  const { need, verification } = assess();
  if (need === "damaged") return refuse(terminal, verification);
  if (need === "nothing") {
    terminal.print(`${basename(runFolder)} is complete: there is nothing to recover`);
    return EXIT.ok;
  }
  const config = readConfig(runFolder);
  const signer = signerOf(config, place);
  if (typeof signer === "string") {
    terminal.say(`${signer}; nothing was written`);
    return EXIT.integrity;
  }
  const options = await openOptions(terminal, place, { config, signer });
  if (need === "views") await recoverViews(options);
  else {
    const { stop, problems } = await recoverRun(options);
    for (const problem of problems) terminal.say(`Could not be written: ${problem}`);
    const how = stop === null ? "in order" : `${stop.reason_code} (${stop.component}): ${stop.detail}`;
    terminal.print(`${basename(runFolder)} has ended: ${how}`);
  }
  const after = assess();
  if (after.need !== "nothing") return tellUnfinished(terminal, runFolder, after.verification);
  const { events, anchors, head } = after.verification;
  terminal.print(`Verified: ${events} events, ${anchors} anchors, head ${head}`);
  return EXIT.ok;
}

const SHOWN_MAX = 20;

function refuse(terminal: Terminal, verification: Verification): number {
  show(terminal, verification);
  terminal.say(
    `${verification.findings.count} problems: this is not what a crash leaves, nothing was written`,
  );
  return EXIT.integrity;
}

/** The disk failed this time, too. The next attempt goes on from here. */
function tellUnfinished(terminal: Terminal, runFolder: string, verification: Verification): number {
  show(terminal, verification);
  terminal.say(`${basename(runFolder)} is still not complete: recover it again when the cause is gone`);
  return EXIT.failure;
}

function show(terminal: Terminal, { findings }: Verification): void {
  for (const problem of findings.problems.slice(0, SHOWN_MAX)) terminal.print(redact(formatProblem(problem)));
}

/** As the run keeps it; what a newer program asks for besides has its default. */
function readConfig(runFolder: string): Config {
  return loadConfig({
    text: readText(`${runFolder}/config.json`),
    form: "json",
    overrides: [],
    schema: JSON.parse(readText(`${packageRoot}/config/nore.v1.schema.json`)),
  });
}

/** The key that has signed the run so far, or why there is none: another one would be another's word. */
function signerOf(config: Config, { varFolder, runFolder }: RunPlace): Signer | string {
  const path = config.audit.key_file ?? `${varFolder}/keys/anchor.pem`;
  if (!realFiles.exists(path)) return `The anchor key ${path} is not there: only who has it can end this run`;
  const { anchor_key: wanted } = readManifest(realFiles, runFolder);
  let signer: Signer;
  try {
    signer = openSigner(realFiles, path);
  } catch (error) {
    throw new ConfigError(`audit.key_file: ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (signer.public_key === wanted.public_key) return signer;
  return `The anchor key ${path} is ${signer.key_id}, the run is signed with ${wanted.key_id}`;
}

async function openOptions(
  terminal: Terminal,
  place: RunPlace,
  { config, signer }: { readonly config: Config; readonly signer: Signer },
): Promise<RecoverRunOptions> {
  const { runFolder } = place;
  const manifest = readManifest(realFiles, runFolder);
  const contracts = readContracts(realFiles, runFolder);
  const gate = await openRunGate(realFiles, runFolder, { manifest, config, contracts });
  return {
    ...place,
    files: realFiles,
    clock: systemClock,
    signer,
    manifest,
    config,
    contracts,
    gate,
    symbols: new Map(config.symbols.map((symbol) => [symbol, rulesOf(symbol)])),
    print: (line) => terminal.print(line.trimEnd()),
  };
}

/** A run does not keep what a live venue said of its symbols; no new order is made here, so the loosest rules do. */
function rulesOf(symbol: string): SymbolRules {
  return EMBEDDED_SYMBOLS.get(symbol)?.rules ?? {
    symbol,
    base: symbol,
    quote: "",
    priceTick: 1n as Price,
    quantityStep: 1n as Quantity,
    notionalMin: 0n as Amount,
  };
}
