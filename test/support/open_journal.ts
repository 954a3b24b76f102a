import { type Anchor, genesisHead } from "../../src/core/audit_chain.ts";
import type { AnyDraft, Event, EventType, PermittedDraft } from "../../src/core/event.ts";
import { parseLine } from "../../src/core/journal_line.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { openMirror } from "../../src/sinks/anchor_mirror.ts";
import { Ballast } from "../../src/sinks/ballast.ts";
import { Journal } from "../../src/sinks/journal.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { repoContracts } from "./repo_contracts.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID, sampleEvents } from "./sample_events.ts";
import { simSigner } from "./sim_night.ts";

/** A journal on files in memory, and its files read back line by line, each line's hash checked. */
export interface OpenJournal {
  readonly files: MemoryFiles;
  readonly journal: Journal;
  readonly ballast: Ballast;
  readonly clock: { now(): number; set(ts: number): void };
  /** Appends the drafts as one turn and ends it. */
  turn(...drafts: readonly AnyDraft[]): AnyDraft | null;
  /** All segments of a queue's file, the oldest first. */
  lines(queue: string, stem?: string): readonly Record<string, unknown>[];
  anchors(): readonly Anchor[];
}

export const RUN_FOLDER: string = `/var/runs/${SAMPLE_RUN_ID}`;
export const START_TS = 1_795_298_400_000;

/** Who reads what in these tests: a queue with two readers, one with one, the rest with none. */
const CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  market_ticks: ["risk_role", "strategy_role"],
  fills: ["risk_role"],
};

export function openJournal(options: {
  readonly files?: MemoryFiles;
  readonly isDurable?: boolean;
  readonly rotateBytes?: number;
  readonly commitLines?: number;
  readonly diskFreeBytesMin?: number;
} = {}): OpenJournal {
  const files = options.files ?? memoryFiles();
  const clock = virtualClock(START_TS);
  const ballast = new Ballast(files, "/var/ballast");
  const journal = new Journal({
    files,
    clock,
    signer: simSigner,
    ballast,
    runFolder: RUN_FOLDER,
    runId: SAMPLE_RUN_ID,
    cmdlineHash: SAMPLE_CMDLINE_HASH,
    genesis: genesisHead(SAMPLE_RUN_ID, ""),
    queues: new Map(QUEUES.map((queue) => [queue, CONSUMERS[queue] ?? []])),
    queueOf: (type) => repoContracts.queueOf(type),
    mirror: openMirror(files, "mirror", { varFolder: "/var", runId: SAMPLE_RUN_ID, print: () => {} }),
    rotateBytes: options.rotateBytes ?? 50_000_000,
    commitLines: options.commitLines ?? 500,
    diskFreeBytesMin: options.diskFreeBytesMin ?? 0,
    isDurable: options.isDurable ?? true,
  });
  for (const folder of ["queues", "audit"]) files.syncDirectory(`${RUN_FOLDER}/${folder}`);
  for (const folder of [RUN_FOLDER, "/var/runs", "/var"]) files.syncDirectory(folder);
  files.calls.length = 0;
  return {
    files,
    journal,
    ballast,
    clock,
    turn(...drafts) {
      for (const draft of drafts) journal.append(draft as PermittedDraft);
      return journal.endTurn();
    },
    lines: (queue, stem = "inbox") => linesOf(files, `${RUN_FOLDER}/queues/${queue}`, stem),
    anchors: () => linesOf(files, `${RUN_FOLDER}/audit`, "anchors") as unknown as readonly Anchor[],
  };
}

export function linesOf(
  files: MemoryFiles,
  folder: string,
  stem: string,
): readonly Record<string, unknown>[] {
  const names = files.list(folder).filter((name) => name.startsWith(`${stem}.`) && name.endsWith(".jsonl"));
  return names.flatMap((name) => {
    const lines = files.text(`${folder}/${name}`).split("\n");
    if (lines.pop() !== "") throw new Error(`${name} ends in the middle of a line`);
    return lines.map((line) => {
      const checked = parseLine(line);
      if (!checked.ok) throw new Error(`${name}: ${checked.problem}`);
      return JSON.parse(checked.json) as Record<string, unknown>;
    });
  });
}

/** A sample event as a draft again, at another time and with other fields in its payload where they are given. */
export function draftOf<T extends EventType>(
  type: T,
  ts: number = START_TS,
  more: Partial<Event<T>["payload"]> = {},
): AnyDraft {
  const { source, payload } = sampleEvents[type] as Event;
  const { cause = null } = payload as { readonly cause?: string };
  return { type, source, ts, cause, payload: { ...payload, ...more } } as AnyDraft;
}
