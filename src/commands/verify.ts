import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { redact } from "../core/secrets.ts";
import { verifierOf } from "../edge/ed25519_signer.ts";
import { readText } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { openContracts } from "../night/open_run.ts";
import { mirrorFolder } from "../sinks/anchor_mirror.ts";
import { formatProblem } from "../verify/findings.ts";
import { type Verification, verifyRun } from "../verify/verify_run.ts";
import { type Command, type CommandInput, onlyOperand, type Terminal, UsageError } from "./command.ts";

/** Checks every byte of a run that its hashes, its chain and its anchors cover. Takes no lock, writes nothing. */
export const verify: Command = {
  name: "verify",
  summary: "Verifies a run: hashes, schemas, order, acks, cursors, anchors, signatures, mirror, figures.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
    pubkey: { value: "FILE", help: "pin the anchor key: a file with the base64 of its 32 bytes" },
    mirror: { value: "FILE", help: "the mirrored anchors (default: where the run's configuration says)" },
    "require-complete": { value: null, help: "a run that was cut short is a failure, too" },
    json: { value: null, help: "print the result as JSON" },
  },
  examples: [
    "verify var/runs/20261121_220000",
    "verify latest",
    "verify 20261121_220000 --pubkey auditor/anchor.pub --json",
  ],
  run(input, terminal) {
    const runFolder = runFolderOf(onlyOperand(verify, input), input.option("var") ?? "var");
    const result = verifyRun({
      files: realFiles,
      runFolder,
      mirror: readMirror(runFolder, input.option("mirror")),
      publicKey: readKey(input),
      openContracts,
      verifierOf,
      onProgress: (events) => terminal.status(`${events} events verified`),
    });
    terminal.status("");
    const ok = result.ok && (result.complete || !input.has("require-complete"));
    if (input.has("json")) terminal.print(JSON.stringify(asJson(result, ok)));
    else tell(result, terminal, ok);
    return Promise.resolve(ok ? EXIT.ok : EXIT.integrity);
  },
};

/** A path, a run_id, or `latest`. */
export function runFolderOf(word: string, varFolder: string): string {
  if (existsSync(`${word}/manifest.json`)) return resolve(word);
  const runs = `${varFolder}/runs`;
  const id = word === "latest" && existsSync(runs) ? readdirSync(runs).sort().at(-1) : word;
  const folder = `${runs}/${id}`;
  if (id === undefined || !existsSync(folder)) {
    throw new UsageError(`No run ${JSON.stringify(word)}: neither a run's folder nor a run_id in ${runs}`);
  }
  return resolve(folder);
}

/** Where the run says its mirror is, as seen from the run's own place. */
function readMirror(runFolder: string, path: string | undefined): Uint8Array | null {
  if (path !== undefined) {
    if (!existsSync(path)) throw new UsageError(`No mirror at ${JSON.stringify(path)}`);
    return realFiles.read(path);
  }
  try {
    const config = JSON.parse(readText(`${runFolder}/config.json`)) as { audit: { anchor_mirror: string } };
    const folder = mirrorFolder(config.audit.anchor_mirror, resolve(runFolder, "../.."));
    const file = `${folder}/${runFolder.slice(runFolder.lastIndexOf("/") + 1)}.anchors.jsonl`;
    return folder !== null && existsSync(file) ? realFiles.read(file) : null;
  } catch {
    return null; // a configuration that cannot be read is a finding of its own
  }
}

function readKey(input: CommandInput): string | null {
  const path = input.option("pubkey");
  if (path === undefined) return null;
  const key = readText(path).trim();
  try {
    verifierOf(key);
  } catch (error) {
    throw new UsageError(`--pubkey: ${(error as Error).message}`);
  }
  return key;
}

const SHOWN_MAX = 20;

function tell(result: Verification, terminal: Terminal, ok: boolean): void {
  const { findings } = result;
  for (const problem of findings.problems.slice(0, SHOWN_MAX)) terminal.print(redact(formatProblem(problem)));
  if (findings.count > SHOWN_MAX) terminal.print(`… and ${findings.count - SHOWN_MAX} more`);
  for (const note of findings.notes) terminal.print(`note: ${note}`);
  const size = `${result.events} events, ${result.anchors} anchors, head ${
    result.head?.slice(0, 16) ?? "none"
  }`;
  if (!ok && result.ok) terminal.print(`INCOMPLETE ${result.run_id}: ${size}`);
  else if (!ok) terminal.print(`DAMAGED ${result.run_id ?? "run"}: ${findings.count} problems; ${size}`);
  else if (!result.complete) {
    terminal.print(`GOOD AS FAR AS IT GOES ${result.run_id}: the run was cut short; ${size}`);
  } else terminal.print(`VERIFIED ${result.run_id}: ${size}`);
}

function asJson(result: Verification, ok: boolean): unknown {
  const { findings, ...rest } = result;
  return { ...rest, ok, problem_count: findings.count, problems: findings.problems, notes: findings.notes };
}
