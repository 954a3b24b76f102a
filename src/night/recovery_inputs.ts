import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import type { AnyDraft, Draft, Lifecycle, StopJournal } from "../core/event.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Clock, Files } from "../core/ports.ts";
import { asideOf } from "../sinks/cut_back.ts";
import { noticeIn, readLatch, type StopNotice } from "../sinks/stop_flag.ts";
import type { RebuiltRun } from "./rebuild_run.ts";
import type { RunManifest } from "./run_basis.ts";
import { NOTHING_TOLD, startedDraft } from "./start_facts.ts";

/** What is said in a run whose process ended without an end: what was cut off, why it stops, that it has ended. */
export interface RecoveryFacts {
  readonly files: Files;
  readonly clock: Clock;
  readonly varFolder: string;
  readonly runFolder: string;
  readonly manifest: RunManifest;
  readonly config: Config;
  readonly contracts: Contracts;
}

/**
 * Why the process ended: its latch says it, or the copy of a night that its disk has ended, or the report of one that
 * failed, or nobody does. A recovery that was cut short itself has put copy and report aside.
 */
export function endReason(facts: RecoveryFacts, ts: number): StopNotice {
  const { files, varFolder, manifest: { run_id }, contracts } = facts;
  const latch = noticeIn(readLatch(files, varFolder) ?? "");
  const said = latch?.run_id === run_id ? latch : readStopCopy(facts) ?? readStopCopyAside(facts);
  const isOurs = said !== null &&
    contracts.checkPayload("stop_journal", "watchdog_role", recovered(said)) === null;
  if (isOurs) return said;
  const detail = failureOf(facts) ?? "the process ended without a word";
  return { run_id, ts, component: "process", reason_code: "ROLE_DEAD", detail };
}

type RunPlace = Pick<RecoveryFacts, "files" | "runFolder" | "manifest">;

export function readStopCopy(place: RunPlace): StopNotice | null {
  return noticeAt(place, "STOP.flag");
}

export function readStopCopyAside(place: RunPlace): StopNotice | null {
  return noticeAt(place, asideOf("STOP.flag"));
}

function noticeAt(place: RunPlace, name: string): StopNotice | null {
  const text = artefactText(place, name);
  const notice = text === null ? null : noticeIn(text);
  return notice?.run_id === place.manifest.run_id ? notice : null;
}

const FAILURE_CHARACTERS_MAX = 500;

/** A night that broke an invariant has its word in the report alone. */
function failureOf(place: RunPlace): string | null {
  const text = artefactText(place, "report.json") ?? artefactText(place, asideOf("report.json"));
  const { verdict, detail } = JSON.parse(text ?? "{}") as {
    readonly verdict?: string;
    readonly detail?: string;
  };
  if (verdict !== "FAILED") return null;
  return `the night failed: ${String(detail).split("\n")[0]!.slice(0, FAILURE_CHARACTERS_MAX)}`;
}

/** Null where there is none, or one that is not whole. */
function artefactText({ files, runFolder }: RunPlace, name: string): string | null {
  const path = `${runFolder}/${name}`;
  if (!files.exists(path)) return null;
  const text = new TextDecoder().decode(files.read(path));
  try {
    openArtefact(text);
    return text;
  } catch {
    return null;
  }
}

/** All that is still to be said, in the order in which it is: nothing where the log has said its last word. */
export function lastInputs(
  { clock, manifest, config }: RecoveryFacts,
  { position, stop }: RebuiltRun,
  { reason, torn }: { readonly reason: StopNotice; readonly torn: string | null },
): readonly AnyDraft[] {
  if (position.hasEnded) return [];
  const { started_ts: startedTs, venue, prices } = manifest;
  const inputs: AnyDraft[] = [];
  if (position.nextN === 0) {
    inputs.push(startedDraft({ mode: config.mode, venue, prices }, startedTs, NOTHING_TOLD));
  }
  const ts = Math.max(position.ts, startedTs, clock.now());
  if (torn !== null) inputs.push(lifecycle(ts, "torn_tail", torn));
  if (stop === null) {
    inputs.push({
      type: "stop_journal",
      source: "watchdog_role",
      ts,
      cause: null,
      payload: recovered(reason),
    });
  }
  const { reason_code } = stop ?? reason;
  inputs.push(lifecycle(ts, "ended", `stopped: ${reason_code}, recovered`));
  return inputs;
}

function recovered(
  { component, reason_code, detail }: StopNotice,
): StopJournal & { readonly recovered: true } {
  return { component, reason_code, detail, origin: "input", recovered: true };
}

function lifecycle(ts: number, what: Lifecycle["what"], detail: string): Draft<"lifecycle"> {
  return { type: "lifecycle", source: "watchdog_role", ts, cause: null, payload: { what, detail } };
}
