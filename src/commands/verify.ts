import { existsSync, readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { redact } from "../core/secrets.ts";
import { isRunId } from "../core/time_text.ts";
import { verifierOf } from "../edge/ed25519_signer.ts";
import { configSchema, readText } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { checkDecisions, type DecisionCheck } from "../night/check_decisions.ts";
import { openContracts } from "../night/open_run.ts";
import { openRunGate, readBasis } from "../night/run_basis.ts";
import { mirrorFolder } from "../sinks/anchor_mirror.ts";
import { type Verification, verifyRun } from "../verify/verify_run.ts";
import { type Command, onlyOperand, type Terminal, UsageError } from "./command.ts";
import { readGiven } from "./given_file.ts";
import { paint } from "./paint.ts";
import { shownProblems } from "./shown_problems.ts";
import { tellDecisions } from "./told_decisions.ts";

/** Checks every byte of a run that its hashes, its chain and its anchors cover. Takes no lock, writes nothing. */
export const verify: Command = {
  name: "verify",
  summary: "Verifies a run: hashes, schemas, order, acks, cursors, anchors, signatures, mirror, figures.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
    pubkey: { value: "FILE", help: "pin the anchor key: a file with the base64 of its 32 bytes" },
    mirror: { value: "FILE", help: "the mirrored anchors (default: where the run's configuration says)" },
    decisions: { value: null, help: "ask the run's own policy again about every event and every denial" },
    "require-complete": { value: null, help: "a run that was cut short is a failure, too" },
    json: { value: null, help: "print the result as JSON" },
  },
  examples: [
    "verify var/runs/20261121_220000",
    "verify latest",
    "verify 20261121_220000 --pubkey auditor/anchor.pub --json",
  ],
  async run(input, terminal) {
    const runFolder = runFolderOf(onlyOperand(verify, input), input.option("var") ?? "var");
    const result = verifyRun({
      files: realFiles,
      runFolder,
      mirror: readMirror(runFolder, input.option("mirror")),
      publicKey: readKey(input.option("pubkey")),
      openContracts,
      verifierOf,
      signatures: "all",
      onProgress: (events) => terminal.status(`${events} events verified`),
    });
    terminal.status("");
    const isGood = result.ok && (result.complete || !input.has("require-complete"));
    const decisions = result.ok && input.has("decisions") ? await askAgain(runFolder, terminal) : null;
    const ok = isGood && (decisions === null || decisions.differing === 0);
    if (input.has("json")) {
      const more = decisions === null ? {} : { decisions };
      terminal.print(redact(JSON.stringify({ ...asJson(result, ok), ...more })));
    } else {
      tell(result, terminal, isGood);
      if (decisions !== null) tellDecisions(decisions, terminal);
    }
    return ok ? EXIT.ok : EXIT.integrity;
  },
};

/** A path, a run_id, or `latest`. A run that has lost its manifest is still a run: its folder's name says so. */
export function runFolderOf(word: string, varFolder: string): string {
  if (existsSync(`${word}/manifest.json`)) return resolve(word);
  const runs = `${varFolder}/runs`;
  const ids = existsSync(runs) ? readdirSync(runs).filter(isRunId).sort() : [];
  const id = word === "latest" ? ids.at(-1) : ids.find((one) => one === word);
  if (id !== undefined) return resolve(runs, id);
  if (isRunId(basename(word)) && existsSync(word)) return resolve(word);
  throw new UsageError(`No run ${JSON.stringify(word)}: neither a run's folder nor a run_id in ${runs}`);
}

/** Where the run says its mirror is, as seen from the run's own place. */
function readMirror(runFolder: string, path: string | undefined): Uint8Array | null {
  if (path !== undefined) return readGiven("mirror", path);
  let setting: string;
  try {
    const config = JSON.parse(readText(`${runFolder}/config.json`)) as { audit: { anchor_mirror: string } };
    setting = config.audit.anchor_mirror;
  } catch {
    return null; // a configuration that cannot be read is a finding of its own
  }
  const folder = mirrorFolder(setting, resolve(runFolder, "../.."));
  const file = `${folder}/${basename(runFolder)}.anchors.jsonl`;
  return folder !== null && existsSync(file) ? realFiles.read(file) : null;
}

function readKey(path: string | undefined): string | null {
  if (path === undefined) return null;
  const key = new TextDecoder().decode(readGiven("pubkey", path)).trim();
  try {
    verifierOf(key);
    return key;
  } catch (error) {
    throw new UsageError(`--pubkey: ${(error as Error).message}`);
  }
}

function tell(result: Verification, terminal: Terminal, ok: boolean): void {
  const { findings } = result;
  const shown = shownProblems(findings);
  for (const line of shown) terminal.print(line);
  if (findings.count > shown.length) terminal.print(`… and ${findings.count - shown.length} more`);
  for (const note of findings.notes) terminal.print(`note: ${note}`);
  const size = `${result.events} events, ${result.anchors} anchors, head ${
    result.head?.slice(0, 16) ?? "none"
  }`;
  const { hasColor } = terminal;
  const run = result.run_id ?? "run";
  if (!ok && result.ok) terminal.print(`${paint("INCOMPLETE", "red", hasColor)} ${run}: ${size}`);
  else if (!ok) {
    terminal.print(`${paint("DAMAGED", "red", hasColor)} ${run}: ${findings.count} problems; ${size}`);
  } else if (!result.complete) {
    const verdict = paint("GOOD AS FAR AS IT GOES", "yellow", hasColor);
    terminal.print(`${verdict} ${run}: the run was cut short; ${size}`);
  } else terminal.print(`${paint("VERIFIED", "green", hasColor)} ${run}: ${size}`);
}

async function askAgain(runFolder: string, terminal: Terminal): Promise<DecisionCheck> {
  const basis = readBasis(realFiles, runFolder, configSchema());
  const check = checkDecisions({
    files: realFiles,
    runFolder,
    basis,
    gate: await openRunGate(realFiles, runFolder, basis),
    onProgress: (events) => terminal.status(`${events} events asked about`),
  });
  terminal.status("");
  return check;
}

function asJson(result: Verification, ok: boolean): object {
  const { findings, ...rest } = result;
  return { ...rest, ok, problem_count: findings.count, problems: findings.problems, notes: findings.notes };
}
