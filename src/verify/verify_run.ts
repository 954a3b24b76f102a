import type { Contracts } from "../core/contracts.ts";
import type { Files } from "../core/ports.ts";
import { portfolioOf, reportFigures } from "../sinks/report.ts";
import { tallyOf } from "../sinks/tally.ts";
import { Findings } from "./findings.ts";
import { RunReader } from "./run_reader.ts";
import { AnchorChain, type AnchorVerifier, verifyMirror } from "./verify_anchors.ts";
import { verifyFolder } from "./verify_folder.ts";
import { verifyLog } from "./verify_log.ts";
import { verifyQueue } from "./verify_queue.ts";
import { verifyViews } from "./verify_views.ts";

/** Verifies a run from its folder and its anchors' mirror alone. Takes no lock and writes nothing. */
export interface VerifyOptions {
  readonly files: Files;
  /** Ends in the run_id. */
  readonly runFolder: string;
  /** The bytes of the mirror, null where there is none to be had. */
  readonly mirror: Uint8Array | null;
  /** The pinned public key, base64; null: the one in the manifest is believed. */
  readonly publicKey: string | null;
  readonly openContracts: (files: ReadonlyMap<string, Uint8Array>) => Contracts;
  readonly verifierOf: (publicKey: string) => AnchorVerifier;
  readonly onProgress: (events: number) => void;
}

export interface Verification {
  readonly ok: boolean;
  /** False where the run was cut short: what is there is good, the end is not there. */
  readonly complete: boolean;
  readonly run_id: string | null;
  readonly events: number;
  readonly anchors: number;
  readonly head: string | null;
  readonly findings: Findings;
}

export function verifyRun(options: VerifyOptions): Verification {
  const findings = new Findings();
  const reader = new RunReader(options.files, options.runFolder, findings);
  const runName = options.runFolder.slice(options.runFolder.lastIndexOf("/") + 1);
  const basis = verifyFolder(reader, findings, { runName, openContracts: options.openContracts });
  if (basis === null) {
    return { ok: false, complete: false, run_id: null, events: 0, anchors: 0, head: null, findings };
  }
  const { manifest, manifestBytes, config, contracts } = basis;
  if (options.publicKey !== null && options.publicKey !== manifest.anchor_key.public_key) {
    findings.problem("manifest.json", null, "anchor_key is not the pinned public key");
  }
  const verifier = options.verifierOf(options.publicKey ?? manifest.anchor_key.public_key);
  const chain = new AnchorChain(reader, findings, { runId: manifest.run_id, manifestBytes, verifier });
  if (options.mirror === null) {
    findings.note(
      "no mirror of the anchors was found: without it an end that was cut off and replaced cannot be seen",
    );
  } else {
    verifyMirror(findings, chain, options.mirror);
  }
  if (options.publicKey === null) {
    findings.note(`signed by an unpinned key (${manifest.anchor_key.key_id}): pin it with --pubkey FILE`);
  }

  const tallying = tallyOf(manifest.strategies, contracts.types);
  const tally = tallying.initial();
  const log = verifyLog(reader, findings, { basis, chain, tallying, tally, onProgress: options.onProgress });
  const isComplete = chain.isFinal;
  let deadletters = 0;
  for (const queue of config.queues.names) {
    const { lines, lastN } = log.queues.get(queue)!;
    const beside = { runId: manifest.run_id, queue, lines, lastN, isComplete };
    deadletters += verifyQueue(reader, findings, beside).deadletters;
  }
  if (isComplete) verifyLengths(reader, findings, chain);
  const { run_id } = manifest;
  const strategies = manifest.strategies.map(({ id }) => id);
  verifyViews(reader, findings, {
    isComplete,
    figures: { ...reportFigures(tally), deadletter: deadletters, last_n: log.lastN, head: log.head },
    portfolio: portfolioOf(tally, { run_id, n: log.lastN, strategies }),
  });
  for (const [file, line] of reader.torn) {
    if (isComplete) findings.problem(file, line, "the last line has no newline: cut off");
    else findings.note(`${file} ends in the middle of line ${line}`);
  }
  if (log.tailLines > 0) {
    findings.note(`${log.tailLines} lines behind event ${log.lastN} are what a crash left`);
  }
  return {
    ok: findings.count === 0,
    complete: isComplete,
    run_id,
    events: log.lastN + 1,
    anchors: chain.count,
    head: log.head,
    findings,
  };
}

/** The final anchor names every file of the queues with its length: one more, one less or another length is a problem. */
function verifyLengths(reader: RunReader, findings: Findings, chain: AnchorChain): void {
  const anchored = new Map(Object.entries(chain.last!.files));
  for (const queue of reader.list("queues")) {
    for (const name of reader.list(`queues/${queue}`).filter((name) => name.endsWith(".jsonl"))) {
      const path = `queues/${queue}/${name}`;
      const expected = JSON.stringify(anchored.get(path));
      const actual = JSON.stringify(reader.lengths.get(path));
      if (actual !== expected) {
        findings.problem(path, null, `[bytes, lines] are ${actual}, the final anchor says ${expected}`);
      }
      anchored.delete(path);
    }
  }
  for (const path of anchored.keys()) findings.problem(path, null, "is missing, the final anchor names it");
}
