import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { type PackedFile, packFiles } from "../edge/pack_files.ts";
import { packageRoot } from "../edge/package_files.ts";
import { LockHeldError, takeVarLock, type VarLock } from "../edge/var_lock.ts";
import type { RunBasis } from "../night/run_basis.ts";
import { mirrorFolder } from "../sinks/anchor_mirror.ts";
import type { RunPlace } from "./assess_run.ts";
import { type Command, onlyOperand, type Terminal, UsageError } from "./command.ts";
import { assess, basisOf, placeOf, refuseDamaged } from "./cut_short_run.ts";
import { paint } from "./paint.ts";

/** Packs all that somebody needs who was not there and wants to check a run without this program. */
export const bundle: Command = {
  name: "bundle",
  summary: "Packs a run, its mirror, its key and a verifier into one file for somebody else to check.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
    out: { value: "FILE", help: "what to write (default: <run_id>.nore.tar.gz here)" },
  },
  examples: ["bundle latest", "bundle 20261121_220000 --out auditor/night.tar.gz"],
  async run(input, terminal) {
    const place = placeOf(onlyOperand(bundle, input), input.option("var"));
    const target = resolve(input.option("out") ?? `${basename(place.runFolder)}.nore.tar.gz`);
    if (existsSync(target)) throw new UsageError(`${target} is there already, expected a new file (--out)`);
    if (!existsSync(dirname(target))) throw new UsageError(`${dirname(target)} is not there (--out)`);
    const lock = await lockOf(place);
    if (lock === "running") {
      terminal.say(`${basename(place.runFolder)} is running: it can be packed when it has ended`);
      return EXIT.lockHeld;
    }
    try {
      return await pack(terminal, place, target);
    } finally {
      lock?.release();
    }
  },
};

/** A run that is over may be packed while another runs; null then. */
async function lockOf({ varFolder, runFolder }: RunPlace): Promise<VarLock | "running" | null> {
  try {
    return await takeVarLock(varFolder);
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    return existsSync(`${runFolder}/report.json`) ? null : "running";
  }
}

async function pack(terminal: Terminal, place: RunPlace, target: string): Promise<number> {
  const { need, verification } = assess(terminal, place);
  if (need === "damaged") return refuseDamaged(terminal, verification);
  const { complete, events, head } = verification;
  const basis = basisOf(place);
  const { run_id: runId, started_ts: modifiedTs, anchor_key: { key_id } } = basis.manifest;
  const files = [...noticesOf(basis), ...filesOf(place, basis)];
  const onProgress = (bytes: number) => terminal.status(`${(bytes / 1e6).toFixed(0)} MB packed`);
  const { sha256, bytes } = await packFiles(target, files, { modifiedTs, onProgress });
  terminal.status("");
  const word = complete ? paint("PACKED", "green", terminal.hasColor) : "PACKED, CUT SHORT";
  terminal.print(`${word} ${runId}: ${events} events, head ${head?.slice(0, 16)}, key ${key_id}`);
  terminal.print(`  ${target}: ${(bytes / 1e6).toFixed(1)} MB, sha256 ${sha256}`);
  terminal.print("  Give head and key to its reader by another way: a bundle cannot vouch for itself");
  return EXIT.ok;
}

function filesOf({ varFolder, runFolder }: RunPlace, { manifest, config }: RunBasis): readonly PackedFile[] {
  const { run_id: runId } = manifest;
  const inside = (readdirSync(runFolder, { recursive: true }) as string[]).map((path) =>
    path.replaceAll("\\", "/")
  )
    .filter((path) => statSync(`${runFolder}/${path}`).isFile()).sort();
  const run = inside.map((path) => ({ path: `${runId}/run/${runId}/${path}`, from: `${runFolder}/${path}` }));
  const folder = mirrorFolder(config.audit.anchor_mirror, varFolder);
  const mirror = [`${runId}.anchors.jsonl`, `${runId}.stop.jsonl`]
    .filter((name) => folder !== null && existsSync(`${folder}/${name}`))
    .map((name) => ({ path: `${runId}/mirror/${name}`, from: `${folder}/${name}` }));
  return [...run, ...mirror];
}

/** How to check it, with what, and against which key. */
function noticesOf({ manifest: { run_id: runId, prices, anchor_key } }: RunBasis): readonly PackedFile[] {
  const text =
    `The night ${runId} of NORE (prices: ${prices}), to be checked without NORE: Python 3.9 is enough.

  python3 verify.py run/${runId} --pubkey anchor.pub --mirror mirror/${runId}.anchors.jsonl

verify.py is one file to be read before it is believed. anchor.pub is the key ${anchor_key.key_id} as the run names it:
hold it against what its owner has told you by another way. Where mirror/ is empty leave --mirror out; then a cut-off
end cannot be seen.
`;
  const bytes = (content: string) => new TextEncoder().encode(content);
  return [
    { path: `${runId}/README.txt`, from: bytes(text) },
    { path: `${runId}/anchor.pub`, from: bytes(`${anchor_key.public_key}\n`) },
    { path: `${runId}/verify.py`, from: `${packageRoot}/tools/verify.py` },
  ];
}
