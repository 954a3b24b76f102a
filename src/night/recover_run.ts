import { from, lastValueFrom, tap } from "rxjs";
import { type AnyDraft, type Role, ROLES } from "../core/event.ts";
import { openArtefact } from "../core/journal_line.ts";
import { night } from "../pipeline.ts";
import { writeAtomic } from "../sinks/atomic_file.ts";
import { Ballast } from "../sinks/ballast.ts";
import { putAside } from "../sinks/cut_back.ts";
import type { Journal } from "../sinks/journal.ts";
import type { ReportFacts } from "../sinks/report.ts";
import { reportPage } from "../sinks/report_page.ts";
import { readLatch, type StopNotice, writeStopCopy } from "../sinks/stop_flag.ts";
import { type ClosedRun, closeRun, isDiskStop } from "./close_run.ts";
import type { RebuiltRun } from "./rebuild_run.ts";
import { endReason, lastInputs, readStopCopy, readStopCopyAside } from "./recovery_inputs.ts";
import {
  cutTails,
  openArtefacts,
  openJournal,
  openMirror,
  rebuild,
  type ReopenOptions,
  type TakenUpRun,
} from "./reopen_run.ts";
import { noticeOf } from "./run_night.ts";

/**
 * Ends a run whose process ended without an end: what a crash left behind its last whole turn is put aside, and the
 * night goes on for as long as it takes to say why it stops.
 */
export async function recoverRun(options: ReopenOptions): Promise<ClosedRun> {
  const { files, runFolder, varFolder, manifest: { run_id: runId }, config } = options;
  const takenUp = await rebuild(options);
  const { rebuilt, rebuilt: { position } } = takenUp;
  const reason = endReason(options, position.ts);
  // In this order: only the copy excuses a report without a final anchor.
  putAside(files, runFolder, "report.json");
  putAside(files, runFolder, "STOP.flag");
  const torn = cutTails(options, rebuilt);

  const ballast = new Ballast(files, `${varFolder}/ballast`);
  const journal = openJournal(options, { position, ballast, diskFreeBytesMin: 0, isDurable: true });
  const artefacts = openArtefacts(options, true);
  const inputs = lastInputs(options, rebuilt, { reason, torn });
  const said = await append(inputs, { options, takenUp, journal });
  // Behind the last event a disk that failed has its word in the copy alone.
  const stop = said ?? (isDiskStop(reason) ? reason : null);
  const facts = factsOf(options, rebuilt, journal);
  const verdict = stop === null ? "PASS" : "STOPPED";
  return closeRun({ verdict, stop, isJournalWhole: true, facts }, {
    files,
    journal,
    artefacts,
    ballast,
    tally: rebuilt.tally,
    varFolder,
    runFolder,
    mirror: config.audit.anchor_mirror,
    runId,
    isLatching: true,
  });
}

/** A run with its final anchor whose process ended before its views: writes what is missing of them, and nothing else. */
export async function recoverViews(options: ReopenOptions): Promise<void> {
  const { files, runFolder, varFolder } = options;
  const { rebuilt } = await rebuild(options);
  cutTails(options, rebuilt); // of metrics.jsonl and log.jsonl
  openMirror(options).close();
  const report = `${runFolder}/report.json`;
  if (!files.exists(report)) writeViews(options, rebuilt);
  else {
    const fields = openArtefact(new TextDecoder().decode(files.read(report)));
    writeAtomic(files, `${runFolder}/report.html`, reportPage(fields));
  }
  const ballast = `${varFolder}/ballast`;
  if (files.exists(ballast)) files.remove(ballast);
}

function writeViews(options: ReopenOptions, rebuilt: RebuiltRun): void {
  const { files, runFolder, varFolder } = options;
  const { position, tally, stop: inLog } = rebuilt;
  const copy = readStopCopy(options);
  const stop = copy ?? inLog ?? readStopCopyAside(options);
  if (copy === null && stop !== null) writeStopCopy(files, runFolder, stop, readLatch(files, varFolder));
  const letters = [...position.queues.values()].flatMap(({ deadletter }) => deadletter);
  const journal = {
    ts: position.ts,
    lastN: position.nextN - 1,
    head: position.anchors.head,
    deadletters: letters.reduce((sum, { lines }) => sum + lines, 0),
  };
  const facts = factsOf(options, rebuilt, journal);
  const verdict = stop === null ? "PASS" : "STOPPED";
  openArtefacts(options, true).finish(tally, facts(verdict, stop?.detail ?? null), position.ts);
}

/** Through the same gates and roles as ever. Gives the first stop. */
async function append(
  inputs: readonly AnyDraft[],
  { options, takenUp: { rebuilt, tallying }, journal }: {
    readonly options: ReopenOptions;
    readonly takenUp: TakenUpRun;
    readonly journal: Journal;
  },
): Promise<StopNotice | null> {
  let stop = rebuilt.stop;
  const event$ = from(inputs).pipe(
    night({
      contracts: options.contracts,
      gate: options.gate,
      sink: journal,
      roles: rebuilt.roles,
      phase: rebuilt.past.phase,
      onStopping: () => {},
      onRefusedAfterStop: () => {},
      endTurn: () => journal.endTurn(),
    }),
    tap((event) => {
      tallying.step(rebuilt.tally, event);
      if (event.type === "stop_journal") stop ??= noticeOf(event.run_id, event.ts, event.payload);
    }),
  );
  await lastValueFrom(event$, { defaultValue: null });
  return stop;
}

/** The roles lived until the last event that they wrote themselves. */
function factsOf(
  { manifest, config }: ReopenOptions,
  { position, past }: RebuiltRun,
  journal: Pick<Journal, "ts" | "lastN" | "head" | "deadletters">,
): (verdict: ReportFacts["verdict"], detail: string | null) => ReportFacts {
  const { run_id, prices, started_ts } = manifest;
  const uptime = Math.max(0, position.ts - started_ts - past.downMs) / 1000;
  const uptimes = ROLES.map((role) => [role, role === "ai_role" ? null : uptime]);
  return (verdict, detail) => ({
    run_id,
    mode: config.mode,
    prices,
    verdict,
    detail,
    started_ts,
    ended_ts: journal.ts,
    uptime_s: Object.fromEntries(uptimes) as Readonly<Record<Role, number | null>>,
    deadletter: journal.deadletters,
    refused_after_stop: 0,
    policy: null,
    last_n: journal.lastN,
    head: journal.head,
  });
}
