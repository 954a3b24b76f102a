import type { Files } from "../core/ports.ts";
import { Ballast } from "../sinks/ballast.ts";
import { asideOf } from "../sinks/cut_back.ts";
import { FileWatch } from "../sinks/file_watch.ts";
import { segmentNames } from "../sinks/log_reader.ts";
import { keepAiFile } from "../sinks/run_folder.ts";
import { liftedNotices } from "../sinks/stop_flag.ts";
import { rememberWrites, type WrittenFiles } from "../sinks/written_files.ts";
import type { FeedPast } from "../streams/sources/binance/feed_past.ts";
import type { OpenRun } from "./open_run.ts";
import { readStopCopy, readStopCopyAside } from "./recovery_inputs.ts";
import {
  cutTails,
  openArtefacts,
  openJournal,
  rebuild,
  type ReopenOptions,
  rolesOf,
  type TakenUpRun,
} from "./reopen_run.ts";
import { replayRun } from "./replay_run.ts";
import type { RunBasis } from "./run_basis.ts";
import type { Resumption } from "./run_night.ts";

/**
 * Goes on with a run whose process was killed, as if it had never been gone. First without writing anything: whether it
 * may go on, and what its roles knew. A run that has begun to stop is never gone on with: it can only be ended.
 */
export interface ResumeOptions extends ReopenOptions {
  readonly basis: RunBasis;
  readonly onProgress: (events: number) => void;
}

export interface ResumableRun extends TakenUpRun {
  readonly kind: "resumable";
}

export interface RefusedRun {
  /** over: it has said its end. stopped: it has a stop. unproven: nobody can say what its roles knew. */
  readonly kind: "over" | "stopped" | "unproven";
  readonly why: string;
}

export async function readResumable(options: ResumeOptions): Promise<ResumableRun | RefusedRun> {
  const outside = stopOutside(options);
  if (outside !== null) return { kind: "stopped", why: outside };
  const roles = rolesOf(options);
  const takenUp = await rebuild(options, roles);
  const { position, stop, past } = takenUp.rebuilt;
  if (stop !== null) {
    return { kind: "stopped", why: `${stop.reason_code} (${stop.component}): ${stop.detail}` };
  }
  if (past.phase === "STOPPED") return { kind: "over", why: "its log has come to its end" };
  if (position.nextN === 0) return { kind: "unproven", why: "no event of it has reached the disk" };
  const unproven = await differenceOf(options, roles);
  return unproven === null ? { kind: "resumable", ...takenUp } : { kind: "unproven", why: unproven };
}

/** A stop that the log does not hold: the process was ended from outside, or its disk took no more, or it failed. */
function stopOutside(options: ResumeOptions): string | null {
  const { files, varFolder, runFolder, manifest: { run_id } } = options;
  const notice = readStopCopy(options) ?? readStopCopyAside(options) ??
    liftedNotices(files, varFolder).find((lifted) => lifted.run_id === run_id);
  if (notice !== undefined) return `${notice.reason_code} (${notice.component}): ${notice.detail}`;
  const hasReport = ["report.json", asideOf("report.json")].some((name) =>
    files.exists(`${runFolder}/${name}`)
  );
  return hasReport ? "it has failed, and its report says so" : null;
}

/** Roles that would decide otherwise today do not know what they knew then. */
async function differenceOf(
  { files, runFolder, basis, gate, onProgress }: ResumeOptions,
  roles: OpenRun["roles"],
): Promise<string | null> {
  const { startFacts } = basis;
  if (typeof startFacts === "string") return startFacts;
  if (startFacts.symbols.size === 0) return "its first event knows no symbol: recover had begun to end it";
  const place = { files, runFolder, basis, gate, roles, onProgress };
  const { difference, failure } = await replayRun({ ...place, isComplete: false });
  if (difference === null) return failure;
  const where = "n" in difference ? `event ${difference.n}` : difference.file;
  return `the program makes something else of its inputs than ${where} says`;
}

export interface ResumedRun {
  readonly run: OpenRun;
  readonly resumption: Resumption;
  readonly past: FeedPast;
}

/** From here on it is written to: the tails are cut, and its writers stand where they stood. */
export function resumeRun(
  options: ReopenOptions,
  { rebuilt, tallying }: TakenUpRun,
  more: {
    readonly isDurable: boolean;
    readonly startFacts: OpenRun["startFacts"];
    /** Of the command line that goes on with it. */
    readonly cmdlineHash: string;
  },
): ResumedRun {
  const { config, contracts, gate, clock, runFolder, varFolder } = options;
  const { isDurable, startFacts, cmdlineHash } = more;
  const { position, past, roles, tally } = rebuilt;
  const torn = cutTails(options, rebuilt);
  // Whoever has replayed the log may have heard of a policy in a turn that is cut off now.
  gate.follow?.({ what: "started", detail: "" });
  if (past.reloaded !== null) gate.follow?.(past.reloaded);

  const remembered = isDurable ? rememberRun(options.files, runFolder) : null;
  const files = remembered?.files ?? options.files;
  const reopened = { ...options, files };
  const ballast = new Ballast(files, `${varFolder}/ballast`);
  const { disk_free_bytes_min: diskFreeBytesMin } = config.logging;
  const journal = openJournal(reopened, { position, ballast, diskFreeBytesMin, isDurable });
  const artefacts = openArtefacts(reopened, isDurable);
  const { scrub_bytes_per_s: scrubBytesPerS } = config.watchdog;
  const fileWatch = remembered === null ? null : new FileWatch(remembered, { clock, scrubBytesPerS });
  const keep: OpenRun["keepAiFile"] = (kind, content) => keepAiFile(files, runFolder, kind, content);
  const sinks = { journal, artefacts, ballast, keepAiFile: keep, fileWatch };
  const { ts, nextN } = position;
  const { downMs, isOver, seen } = past;
  return {
    run: { contracts, gate, roles, startFacts, ...sinks, tallying, tally },
    resumption: { ts, nextN, downMs, isOver, torn, cmdlineHash, seen },
    past: past.feed,
  };
}

/** All that the dead process has left and that must stay as it is, as its own watch had it. */
function rememberRun(files: Files, runFolder: string): WrittenFiles {
  const remembered = rememberWrites(files, runFolder);
  const take = (folder: string, names: readonly string[]) => {
    for (const name of names) remembered.take(`${folder}/${name}`);
  };
  take(runFolder, ["manifest.json", "config.json", "contracts/contracts.v1.yaml"]);
  const ai = files.exists(`${runFolder}/ai`) ? ["ai"] : [];
  for (const name of ["contracts/schemas", "policy", ...ai]) {
    take(`${runFolder}/${name}`, files.list(`${runFolder}/${name}`));
  }
  for (const queue of files.list(`${runFolder}/queues`)) {
    const folder = `${runFolder}/queues/${queue}`;
    take(folder, ["cursor.json"]);
    for (const stem of ["inbox", "acks", "deadletter"]) take(folder, segmentNames(files, folder, stem));
  }
  take(`${runFolder}/audit`, segmentNames(files, `${runFolder}/audit`, "anchors"));
  return remembered;
}
