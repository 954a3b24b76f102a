import { genesisHead } from "../../src/core/audit_chain.ts";
import type { AnyDraft, PermittedDraft } from "../../src/core/event.ts";
import type { Files } from "../../src/core/ports.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { openMirror } from "../../src/sinks/anchor_mirror.ts";
import { writeArtefact } from "../../src/sinks/atomic_file.ts";
import { Ballast } from "../../src/sinks/ballast.ts";
import { Journal } from "../../src/sinks/journal.ts";
import { readLog } from "../../src/sinks/log_reader.ts";
import {
  PositionReader,
  type PositionReaderOptions,
  type RunPosition,
} from "../../src/sinks/run_position.ts";
import { RUN_FOLDER, START_TS } from "./open_journal.ts";
import { repoContracts } from "./repo_contracts.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID } from "./sample_events.ts";
import { simSigner } from "./sim_night.ts";

/** A journal that can be left and opened again at a position, and what is read of it in between. */

export const WHERE: Pick<PositionReaderOptions, "runFolder" | "runId" | "queues"> = {
  runFolder: RUN_FOLDER,
  runId: SAMPLE_RUN_ID,
  queues: QUEUES,
};

/** Who reads what: a queue with two readers, one with one, the rest with none. */
const CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  market_ticks: ["risk_role", "strategy_role"],
  fills: ["risk_role"],
};

/** Anew, with a manifest, where no position is given. */
export function journalOn(
  files: Files,
  options: { readonly rotateBytes?: number; readonly position?: RunPosition } = {},
): Journal {
  const manifest = `${RUN_FOLDER}/manifest.json`;
  const { position } = options;
  if (position === undefined) writeArtefact(files, manifest, { schema: "nore/manifest" });
  return new Journal({
    files,
    clock: virtualClock(START_TS),
    signer: simSigner,
    ballast: new Ballast(files, "/var/ballast"),
    runFolder: RUN_FOLDER,
    runId: SAMPLE_RUN_ID,
    cmdlineHash: SAMPLE_CMDLINE_HASH,
    genesis: genesisHead(SAMPLE_RUN_ID, files.read(manifest)),
    queues: new Map(QUEUES.map((queue) => [queue, CONSUMERS[queue] ?? []])),
    queueOf: (type) => repoContracts.queueOf(type),
    mirror: openMirror(files, "stdout", { varFolder: "/var", runId: SAMPLE_RUN_ID, print: () => {} }),
    rotateBytes: options.rotateBytes ?? 50_000_000,
    commitLines: 500,
    diskFreeBytesMin: 0,
    isDurable: true,
    ...(position === undefined ? {} : { position }),
  });
}

/** Appends the drafts as one turn, and puts it on the disk. */
export function writeTurn(journal: Journal, ...drafts: readonly AnyDraft[]): void {
  for (const draft of drafts) journal.append(draft as PermittedDraft);
  journal.endTurn();
  journal.commit();
}

/** Of the longest log without a gap that lies there. */
export function positionIn(files: Files): RunPosition {
  const reader = new PositionReader({ files, ...WHERE });
  for (const logged of readLog(files, RUN_FOLDER, WHERE)) reader.keep(logged);
  return reader.position();
}
