import { lastValueFrom, of } from "rxjs";
import type { Contracts } from "../core/contracts.ts";
import type { AnyDraft, Event, Role } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import type { PolicyGate, QueueSink } from "../core/ports.ts";
import { night } from "../pipeline.ts";
import { type LoggedEvent, readTurns } from "../sinks/log_reader.ts";
import { PositionReader, type PositionReaderOptions, type RunPosition } from "../sinks/run_position.ts";
import type { StopNotice } from "../sinks/stop_flag.ts";
import type { Tally } from "../sinks/tally.ts";
import type { AdmittedEvent } from "../streams/operators/number_and_journal.ts";
import type { RoleEntry } from "../streams/operators/react.ts";
import { openRunPast, type RunPast, takeIntoPast } from "./run_past.ts";

/**
 * Folds a verified run's log again, up to the end of its last whole turn: what its roles knew, what its writers had
 * written. It writes nothing.
 */
export interface RebuildOptions extends PositionReaderOptions {
  readonly contracts: Contracts;
  readonly gate: PolicyGate;
  readonly roles: readonly RoleEntry[];
  readonly symbols: readonly string[];
  readonly tallying: Machine<Tally, Event, never>;
}

export interface RebuiltRun {
  /** In the state that they had behind the last event. */
  readonly roles: readonly RoleEntry[];
  readonly tally: Tally;
  readonly position: RunPosition;
  /** The first stop in the log. */
  readonly stop: StopNotice | null;
  readonly past: RunPast;
}

type Turn = readonly LoggedEvent[];

/**
 * A turn is whole when another one follows, or an anchor, or when the roles say that it is. The last one may be cut
 * in the middle: what nobody can prove whole goes.
 */
export async function rebuildRun(options: RebuildOptions): Promise<RebuiltRun> {
  const fold = foldOf(options);
  let last: Turn | null = null;
  for (const turn of turnsOf(options)) {
    if (last !== null) fold.take(last);
    last = turn;
  }
  if (last === null) return fold.run();
  if (fold.isAnchored(last)) {
    fold.take(last);
    return fold.run();
  }
  const { roles, past: { phase } } = fold;
  if (fold.canAsk() && await isWhole(last, { ...options, roles, phase })) {
    fold.count(last);
    return fold.run();
  }
  return foldBefore(last[0]!.n, options); // the roles have taken what they were asked about
}

function foldBefore(n: number, options: RebuildOptions): RebuiltRun {
  const fold = foldOf(options);
  for (const turn of turnsOf(options)) {
    if (turn[0]!.n === n) break;
    fold.take(turn);
  }
  return fold.run();
}

function turnsOf({ files, runFolder, runId, queues }: RebuildOptions): Iterable<Turn> {
  return readTurns(files, runFolder, { runId, queues });
}

interface Fold {
  readonly roles: readonly RoleEntry[];
  readonly past: RunPast;
  /** Whether all roles could follow the log, so that they know what they knew then. */
  canAsk(): boolean;
  /** Whether the last anchor ends with this turn. */
  isAnchored(turn: Turn): boolean;
  /** A turn for roles, tally and position. */
  take(turn: Turn): void;
  /** A turn that the roles have taken before. */
  count(turn: Turn): void;
  run(): RebuiltRun;
}

function foldOf(options: RebuildOptions): Fold {
  const lost = new Set<Role>();
  const roles = options.roles.map((entry) => remembering(entry, lost));
  const reader = new PositionReader(options);
  const tally = options.tallying.initial();
  const past = openRunPast(options.symbols);
  let stop: StopNotice | null = null;
  const count = (turn: Turn) => {
    for (const logged of turn) {
      const { event } = logged;
      options.tallying.step(tally, event);
      reader.keep(logged);
      if (event.type === "stop_journal") stop ??= noticeOf(event);
      takeIntoPast(past, event);
      if (event.type === "lifecycle") options.gate.follow?.(event.payload);
    }
  };
  return {
    roles,
    past,
    canAsk: () => lost.size === 0,
    isAnchored: (turn) => turn.at(-1)!.n === reader.nextAnchorLastN,
    count,
    take(turn) {
      for (const { event } of turn) {
        for (const entry of roles) if (entry.reads.includes(event.type)) show(entry, event, lost);
      }
      count(turn);
    },
    run: () => ({ roles, tally, position: reader.position(), stop, past }),
  };
}

/**
 * A role that decides otherwise than it did then, as one of a newer program may, can stumble over what came of it. It
 * is not asked again; only who has to answer to the end cannot be spared.
 */
function show({ role, machine }: RoleEntry, event: Event, lost: Set<Role>): void {
  try {
    machine.step(machine.initial(), event as AdmittedEvent);
  } catch (error) {
    if (ANSWERS_TO_THE_END.has(role)) throw error;
    lost.add(role);
  }
}

const ANSWERS_TO_THE_END: ReadonlySet<Role> = new Set(["execution_role", "watchdog_role"]);

/** The same role with its state kept here, where whoever takes it up again begins; one that is lost says nothing. */
function remembering(entry: RoleEntry, lost: ReadonlySet<Role>): RoleEntry {
  const { role, machine } = entry;
  let state = machine.initial();
  return {
    ...entry,
    machine: {
      name: machine.name,
      initial: () => state,
      step(_, event) {
        if (lost.has(role)) return [state, []];
        const [next, proposals] = machine.step(state, event);
        state = next;
        return [state, proposals];
      },
    },
  };
}

function noticeOf({ run_id, ts, payload }: Event<"stop_journal">): StopNotice {
  const { component, reason_code, detail } = payload;
  return { run_id, ts, component, reason_code, detail };
}

/** Whether the roles, asked again, answer its input with exactly this turn. */
async function isWhole(
  turn: Turn,
  { contracts, gate, roles, phase }:
    & Pick<RebuildOptions, "contracts" | "gate" | "roles">
    & Pick<RunPast, "phase">,
): Promise<boolean> {
  let made = 0;
  const refuse = (): never => {
    throw new Error("Nothing is written here");
  };
  const sink: QueueSink = {
    append(draft) {
      const logged = turn[made++];
      if (logged === undefined || !isSame(draft, logged.event)) throw new Error("Not what was written");
      return logged.event;
    },
    endTurn: refuse,
    deadletter: refuse,
    flushAged: refuse,
    finish: refuse,
  };
  const { type, source, ts, payload } = turn[0]!.event;
  const input = { type, source, ts, cause: null, payload } as AnyDraft;
  const replay = night({
    contracts,
    gate,
    sink,
    roles,
    phase,
    onStopping: () => {},
    onRefusedAfterStop: () => {},
    endTurn: () => null,
  });
  try {
    await lastValueFrom(of(input).pipe(replay), { defaultValue: null });
    return made === turn.length;
  } catch {
    return false; // another turn, or none: roles that decide otherwise may stumble here, too
  }
}

/** What a denial quotes are the fields that the rules are said to read, which an older run does not keep. */
function isSame(draft: AnyDraft, event: Event): boolean {
  const fieldsOf = ({ type, source, ts, payload }: AnyDraft | Event) => {
    const said = type === "policy_denial" ? { ...payload, input: null } : payload;
    return JSON.stringify([type, source, ts, said]);
  };
  return fieldsOf(draft) === fieldsOf(event);
}
