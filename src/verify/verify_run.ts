import type { Contracts } from "../core/contracts.ts";
import type { Event } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import type { Files } from "../core/ports.ts";
import { portfolioOf, reportFigures } from "../sinks/report.ts";
import { policyFileNames } from "../sinks/run_folder.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import { Findings } from "./findings.ts";
import { RunReader } from "./run_reader.ts";
import { AiCheck, verifyAi } from "./verify_ai.ts";
import { AnchorChain, type AnchorVerifier, type Signatures } from "./verify_anchors.ts";
import { type RunBasis, verifyFolder, verifyPolicies } from "./verify_folder.ts";
import { verifyLengths } from "./verify_lengths.ts";
import { type LogSummary, verifyLog } from "./verify_log.ts";
import { verifyMirror } from "./verify_mirror.ts";
import { readQueueSide, verifyDeadletters, verifyQueue } from "./verify_queue.ts";
import { verifyStrangers } from "./verify_strangers.ts";
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
  readonly signatures: Signatures;
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
  const chain = basis === null ? null : openChain(reader, findings, options, basis);
  const tallying = basis === null ? null : openTally(findings, basis);
  if (basis === null || chain === null || tallying === null) {
    return { ok: false, complete: false, run_id: null, events: 0, anchors: 0, head: null, findings };
  }
  const { run_id } = basis.manifest;
  const queues = [...new Set(basis.contracts.types.map((type) => basis.contracts.queueOf(type)))];
  const sides = queues.map((queue) => readQueueSide(reader, findings, { runId: run_id, queue }));

  const tally = tallying.initial();
  const { onProgress } = options;
  const ai = new AiCheck(reader);
  const log = verifyLog(reader, findings, { basis, queues, chain, tallying, tally, ai, onProgress });
  const isComplete = chain.isFinal;
  for (const side of sides) {
    verifyQueue(reader, findings, { side, log: log.queues.get(side.queue)!, isComplete });
  }
  const deadletters = queues.reduce((sum, queue) => sum + verifyDeadletters(reader, findings, queue), 0);
  verifyLengths(reader, findings, chain);
  if (isComplete) verifyEnd(findings, log, tally);
  verifyPolicies(reader, findings, log.policies);
  verifyAi(reader, findings, basis.manifest.ai ?? null);
  const policyFiles = [basis.manifest, ...log.policies].flatMap(policyFileNames);
  verifyStrangers(reader, findings, { queues, policyFiles });
  const { isDiskStop } = verifyViews(reader, findings, {
    isComplete,
    runId: run_id,
    stop: log.stop,
    ...viewsOf(basis, log, tally, deadletters),
  });
  verifyTails(reader, findings, log, chain);
  if (options.mirror !== null) verifyMirror(findings, chain, { mirror: options.mirror, isDiskStop });
  else {findings.note(
      "no mirror of the anchors was found: an end that was cut off or replaced cannot be seen",
    );}
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

/** Null where there is no key to check the anchors with. */
function openChain(
  reader: RunReader,
  findings: Findings,
  options: VerifyOptions,
  { manifest, manifestBytes }: RunBasis,
): AnchorChain | null {
  const { public_key, key_id } = manifest.anchor_key;
  if (options.publicKey === null) {
    findings.note(`signed by an unpinned key (${key_id}): pin it with --pubkey FILE`);
  } else if (options.publicKey !== public_key) {
    findings.problem("manifest.json", null, "anchor_key is not the pinned public key");
  }
  let verifier: AnchorVerifier;
  try {
    verifier = options.verifierOf(options.publicKey ?? public_key);
  } catch (error) {
    findings.problem("manifest.json", null, `anchor_key: ${(error as Error).message}`);
    return null;
  }
  const { signatures } = options;
  return new AnchorChain(reader, findings, { runId: manifest.run_id, manifestBytes, verifier, signatures });
}

/** Null where the manifest's strategies are none that a night could begin with. */
function openTally(
  findings: Findings,
  { manifest, contracts }: RunBasis,
): Machine<Tally, Event, never> | null {
  const tallying = tallyOf(manifest.strategies, contracts.types);
  try {
    tallying.initial();
    return tallying;
  } catch (error) {
    findings.problem("manifest.json", null, `strategies: ${(error as Error).message}`);
    return null;
  }
}

/** What a night that came to its end leaves open: nothing. */
function verifyEnd(findings: Findings, log: LogSummary, tally: Tally): void {
  if (!log.isEnded) {
    findings.problem("queues/lifecycle/inbox.jsonl", null, "the log does not end with lifecycle ended");
  }
  for (const id of tally.orders.keys()) {
    findings.problem(
      "queues/order_results/inbox.jsonl",
      null,
      `order ${JSON.stringify(id)} is left open at the end`,
    );
  }
}

/** What the views must say: the manifest's facts, and the figures that the log gives. */
function viewsOf(
  { manifest }: RunBasis,
  { lastN, lastTs, head }: LogSummary,
  tally: Tally,
  deadletter: number,
): {
  readonly figures: Readonly<Record<string, unknown>>;
  readonly portfolio: Readonly<Record<string, unknown>>;
} {
  const { run_id, mode, prices, started_ts } = manifest;
  const facts = { v: 1, run_id, mode, prices, started_ts, ended_ts: lastTs, deadletter, last_n: lastN, head };
  const strategies = manifest.strategies.map(({ id }) => id);
  return {
    figures: { ...facts, ...reportFigures(tally) },
    portfolio: portfolioOf(tally, { run_id, n: lastN, strategies }),
  };
}

/** What a crash leaves is no damage; where the run is complete nothing of the kind may be there. */
function verifyTails(reader: RunReader, findings: Findings, log: LogSummary, chain: AnchorChain): void {
  for (const [file, line] of reader.torn) {
    if (chain.isFinal) {
      findings.problem(file, line, "has no newline or holds NULs: the end is torn or cut off");
    } else findings.note(`${file} ends in the middle of line ${line}`);
  }
  if (log.tailLines > 0) {
    findings.note(`${log.tailLines} lines behind event ${log.lastN} are what a crash left`);
  }
  const unsigned = log.lastN - chain.lastN;
  if (unsigned > 0) {
    findings.note(`the last ${unsigned} events stand behind the last anchor: no signature covers them`);
  }
}
