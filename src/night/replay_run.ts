import { from, lastValueFrom, tap } from "rxjs";
import type { Anchor } from "../core/audit_chain.ts";
import type { Event } from "../core/event.ts";
import { openArtefact } from "../core/journal_line.ts";
import type { Machine } from "../core/machine.ts";
import type { Files, PolicyGate } from "../core/ports.ts";
import { night } from "../pipeline.ts";
import { EventForm } from "../sinks/event_form.ts";
import { linesOfFile, readLog } from "../sinks/log_reader.ts";
import { portfolioOf, reportFigures } from "../sinks/report.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import type { RoleEntry } from "../streams/operators/react.ts";
import { ComparedLog, ComparisonEnded, type EventDifference } from "./compared_log.ts";
import { type FieldDifference, firstDifference } from "./first_difference.ts";
import type { RunBasis } from "./run_basis.ts";

/**
 * Feeds a verified run's inputs, and nothing else of it, to the same core, and holds all that follows from them
 * against what the run has recorded. It writes nothing.
 */
export interface ReplayOptions {
  readonly files: Files;
  readonly runFolder: string;
  readonly basis: RunBasis;
  readonly gate: PolicyGate;
  /** As the night begins with them. */
  readonly roles: readonly RoleEntry[];
  /** The run has its final anchor, so its last turn is whole and its views are there. */
  readonly isComplete: boolean;
  readonly onProgress: (events: number) => void;
}

export interface Replay {
  /** The first one; null where there is none. */
  readonly difference: EventDifference | ViewDifference | null;
  /** Of whole turns, all as recorded. */
  readonly events: number;
  /** Their inputs. */
  readonly inputs: number;
  /** Events, as recorded too, of a last turn that the log does not hold to its end. */
  readonly cutEvents: number;
  /** What the core has thrown where an incomplete log ends, as it may have done then. */
  readonly failure: string | null;
}

export interface ViewDifference extends FieldDifference {
  readonly file: string;
}

export async function replayRun(options: ReplayOptions): Promise<Replay> {
  const { basis: { manifest, config, contracts }, isComplete } = options;
  const where = { runId: manifest.run_id, queues: config.queues.names };
  const log = new ComparedLog({
    events: readLog(options.files, options.runFolder, where),
    form: new EventForm(manifest.run_id, manifest.cmdline_hash),
    wholeToN: isComplete ? Infinity : lastAnchoredN(options),
    onProgress: options.onProgress,
  });
  const tallying = tallyOf(config.strategy.list, contracts.types);
  const tally = tallying.initial();
  const failure = await foldInputs(log, options, { tallying, tally });
  if (failure !== null && (isComplete || !log.isAtEnd)) log.failed(failure);
  const views = isComplete && log.difference === null ? viewDifference(options, log, tally) : null;
  return {
    difference: log.difference ?? views,
    events: log.wholeEvents,
    inputs: log.inputs,
    cutEvents: log.isAtEnd ? log.cutEvents : 0,
    failure: log.difference === null ? failure : null,
  };
}

/** Gives what the core has thrown, if it has. */
async function foldInputs(
  log: ComparedLog,
  { basis: { contracts }, gate, roles }: ReplayOptions,
  { tallying, tally }: { readonly tallying: Machine<Tally, Event, never>; readonly tally: Tally },
): Promise<string | null> {
  const event$ = from(log.inputDrafts()).pipe(
    night({
      contracts,
      gate,
      sink: log,
      roles,
      onStopping: () => {}, // what came after it stands in the log
      onRefusedAfterStop: () => {},
      endTurn: () => null, // a fault of the disk is an input of the log
    }),
    tap((event) => tallying.step(tally, event)),
    tap({ error: () => log.close() }), // its next input would be asked for all the same
  );
  try {
    await lastValueFrom(event$, { defaultValue: null });
    return null;
  } catch (error) {
    if (error instanceof ComparisonEnded) return null;
    return error instanceof Error ? error.message : String(error);
  }
}

/** −1 for none. What an anchor covers ends with a turn. */
function lastAnchoredN({ files, runFolder }: ReplayOptions): number {
  let last = -1;
  for (const { value } of linesOfFile(files, `${runFolder}/audit`, "anchors")) last = (value as Anchor).last;
  return last;
}

/** Figures that come of what was traded and counted; the rest of a report tells of the process that wrote it. */
function viewDifference(
  { files, runFolder, basis: { manifest: { run_id }, config } }: ReplayOptions,
  { wholeEvents }: ComparedLog,
  tally: Tally,
): ViewDifference | null {
  const strategies = config.strategy.list.map(({ id }) => id);
  const views = {
    "portfolio.json": portfolioOf(tally, { run_id, n: wholeEvents - 1, strategies }),
    "report.json": reportFigures(tally),
  };
  for (const [file, figures] of Object.entries(views)) {
    const artefact = openArtefact(new TextDecoder().decode(files.read(`${runFolder}/${file}`)));
    const recorded = Object.fromEntries(Object.keys(figures).map((name) => [name, artefact[name]]));
    const difference = firstDifference(recorded, JSON.parse(JSON.stringify(figures)));
    if (difference !== null) return { file, ...difference };
  }
  return null;
}
