import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import type { AnyDraft, Draft, Lifecycle, StopJournal } from "../core/event.ts";
import type { Clock, Files } from "../core/ports.ts";
import { noticeIn, readLatch, type StopNotice } from "../sinks/stop_flag.ts";
import type { RebuiltRun } from "./rebuild_run.ts";
import type { RunManifest } from "./run_basis.ts";

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

/** Why the process ended: its latch says it, or the copy of a night that its disk has ended, or nobody does. */
export function endReason(facts: RecoveryFacts, ts: number): StopNotice {
  const { files, varFolder, manifest: { run_id }, contracts } = facts;
  const latch = noticeIn(readLatch(files, varFolder) ?? "");
  const said = latch?.run_id === run_id ? latch : readStopCopy(facts);
  const isOurs = said !== null &&
    contracts.checkPayload("stop_journal", "watchdog_role", recovered(said)) === null;
  if (isOurs) return said;
  const detail = "the process ended without a word";
  return { run_id, ts, component: "process", reason_code: "ROLE_DEAD", detail };
}

export function readStopCopy(
  { files, runFolder, manifest }: Pick<RecoveryFacts, "files" | "runFolder" | "manifest">,
): StopNotice | null {
  const path = `${runFolder}/STOP.flag`;
  if (!files.exists(path)) return null;
  const notice = noticeIn(new TextDecoder().decode(files.read(path)));
  return notice?.run_id === manifest.run_id ? notice : null;
}

/** All that is still to be said, in the order in which it is: nothing where the log has said its last word. */
export function lastInputs(
  { clock, manifest, config }: RecoveryFacts,
  { position, stop }: RebuiltRun,
  { reason, torn }: { readonly reason: StopNotice; readonly torn: ReadonlyMap<string, number> },
): readonly AnyDraft[] {
  if (position.hasEnded) return [];
  const { started_ts: startedTs, venue, prices } = manifest;
  const inputs: AnyDraft[] = [];
  if (position.nextN === 0) {
    inputs.push(lifecycle(startedTs, "started", `${config.mode} on ${venue}, prices ${prices}`));
  }
  const ts = Math.max(position.ts, startedTs, clock.now());
  if (torn.size > 0) {
    const lines = [...torn].map(([file, count]) => `${count} of ${file}`);
    inputs.push(lifecycle(ts, "torn_tail", `lines put aside: ${lines.join(", ")}`));
  }
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
