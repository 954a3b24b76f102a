import { filter, interval, lastValueFrom, map, merge, NEVER, type Observable, Subject, tap } from "rxjs";
import type { Config } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import type { AnyDraft, Draft, Event, Health, Lifecycle, Role } from "../core/event.ts";
import type { Machine } from "../core/machine.ts";
import type { PolicyGate } from "../core/ports.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import type { StartProblem } from "../core/start_problem.ts";
import { night, nightInputs } from "../pipeline.ts";
import type { Journal } from "../sinks/journal.ts";
import { JournalFailure } from "../sinks/journal_failure.ts";
import { denialDraft } from "../policy/acts.ts";
import type { ReportFacts } from "../sinks/report.ts";
import type { RunArtefacts } from "../sinks/run_artefacts.ts";
import type { StopNotice } from "../sinks/stop_flag.ts";
import type { Tally } from "../sinks/tally.ts";
import type { RoleEntry } from "../streams/operators/react.ts";
import { type Agenda, mergeAgendas, timerAgenda } from "../streams/sources/agenda.ts";
import { type SeenTicks, tellTickFacts } from "../streams/operators/tell_tick_facts.ts";
import { behindAgenda, drive, type Pace } from "../streams/sources/drive.ts";
import { HEARTBEAT, NIGHT_END } from "../streams/watchdog/watchdog_role.ts";
import { startedDraft, type StartFacts } from "./start_facts.ts";

/** One night from its first event to its last: inputs, pipeline and sinks joined, and how it came to an end. */
export interface NightParts {
  readonly identity: Pick<RunIdentity, "runId" | "startedTs" | "venue" | "prices">;
  readonly config: Config;
  readonly contracts: Contracts;
  readonly gate: PolicyGate;
  readonly roles: readonly RoleEntry[];
  readonly startFacts: StartFacts;
  readonly journal: Journal;
  readonly artefacts: RunArtefacts;
  readonly pace: Pace;
  /** The market, where it happens inside; null where it comes from a feed. */
  readonly marketAgenda: Agenda | null;
  /** The market role at the edge; null where the market happens inside. */
  readonly feed: MarketFeed | null;
  /** The host's side of the AI process; left out where none runs. */
  readonly ai?: AdviserRole | null;
  /** What else comes from outside: how the process itself does. */
  readonly vitals$: Observable<AnyDraft>;
  /** Reads again what was written; null in virtual time. */
  readonly fileWatch: { look(): AnyDraft | null } | null;
  readonly operator$: Observable<AnyDraft>;
  /** A start-up proof that failed: the run holds this stop and nothing else. */
  readonly startProblem: StartProblem | null;
  /** Where a run that was cut short goes on; left out where one begins. */
  readonly resumption?: Resumption;
  /** The fold of the night's figures, and its state, which whoever shows the night reads between turns. */
  readonly tallying: Machine<Tally, Event, never>;
  readonly tally: Tally;
}

/** Brings ticks and tells how it does; it can be begun anew without losing count. */
export interface MarketFeed {
  readonly arrival$: Observable<AnyDraft>;
  restart(reason: string): void;
  /** What is to be said of it at the end. */
  lastHealth(): AnyDraft;
}

/** Sees what was journaled, and advises. */
export interface AdviserRole {
  take(event: Event): void;
  readonly arrival$: Observable<AnyDraft>;
  agenda(): Agenda | null;
  restart(isOff: boolean): void;
  uptimeS(ts: number): number | null;
}

export interface Resumption {
  /** Of the last event. */
  readonly ts: number;
  readonly nextN: number;
  /** What the log said before: for how long nobody was there, and whether what ends a night was said. */
  readonly downMs: number;
  readonly isOver: boolean;
  /** What is to be said of what was cut off; null where nothing is. */
  readonly torn: string | null;
  /** Of the command line that goes on with the run. */
  readonly cmdlineHash: string;
  /** The newest tick of each symbol. */
  readonly seen: SeenTicks;
}

export interface NightOutcome {
  readonly verdict: "PASS" | "STOPPED" | "FAILED";
  /** Why it stopped or failed; null after a normal end. */
  readonly stop: StopNotice | null;
  /** What the log had said of a stop before the night failed: it holds all the same. */
  readonly stopBefore?: StopNotice | null;
  /** The journal is whole, so it may get its final anchor. */
  readonly isJournalWhole: boolean;
  /** As of the call: the head moves with the final anchor. */
  readonly facts: (verdict: ReportFacts["verdict"], detail: string | null) => ReportFacts;
}

export async function runNight(parts: NightParts): Promise<NightOutcome> {
  const { identity, config, journal, artefacts, pace, tallying, tally } = parts;
  const { runId, startedTs } = identity;
  const begun = beginningOf(parts);
  const stopping$ = new Subject<void>();
  let stoppingCode: string | null = null;
  let stop: StopNotice | null = null;
  let refusedAfterStop = 0;

  const facts: NightOutcome["facts"] = (verdict, detail) => ({
    run_id: runId,
    mode: config.mode,
    prices: identity.prices,
    verdict,
    detail,
    started_ts: startedTs,
    ended_ts: verdict === null ? null : journal.ts,
    uptime_s: {
      ...uptimeOf((journal.ts - begun.livedSinceTs) / 1000),
      ai_role: parts.ai?.uptimeS(journal.ts) ?? null,
    },
    deadletter: journal.deadletters,
    refused_after_stop: refusedAfterStop,
    policy: parts.gate.tally ?? null,
    last_n: journal.lastN,
    head: journal.head,
  });
  const endTurn = () => {
    if (artefacts.isDue(journal.ts)) {
      journal.commit();
      journal.guard(() => artefacts.refresh(tally, facts(null, null), journal.ts));
    }
    return journal.endTurn();
  };
  const inputs$ = nightInputs({
    opening: begun.opening,
    isOver: parts.resumption?.isOver ?? false,
    startStop: parts.startProblem === null ? null : startStop(startedTs, parts.startProblem),
    market$: marketOf(parts, begun.ts),
    operator$: parts.operator$,
    fault$: pace.setTs === undefined ? faultsOf(parts) : NEVER,
    stopping$,
    *last() {
      if (parts.feed !== null) yield parts.feed.lastHealth(); // may bring about a stop, too
      yield lifecycle(
        pace.clock.now(),
        "ended",
        stoppingCode === null ? "in order" : `stopped: ${stoppingCode}`,
      );
    },
  });
  const event$ = inputs$.pipe(
    night({
      contracts: parts.contracts,
      gate: parts.gate,
      sink: journal,
      roles: parts.roles,
      onStopping: (reasonCode) => {
        stoppingCode = reasonCode;
        stopping$.next();
      },
      onRefusedAfterStop: () => refusedAfterStop++,
      beginTurn: ({ ts }) => journal.beginTurn(ts),
      endTurn,
    }),
    tap((event) => {
      tallying.step(tally, event);
      if (event.type === "stop_journal") stop ??= noticeOf(runId, event.ts, event.payload);
      parts.ai?.take(event);
      if (event.type === "health") heedDown(parts, event.payload);
    }),
  );

  try {
    await lastValueFrom(event$, { defaultValue: null });
    return { verdict: stop === null ? "PASS" : "STOPPED", stop, isJournalWhole: true, facts };
  } catch (error) {
    const verdict = error instanceof JournalFailure ? "STOPPED" : "FAILED";
    const failure = noticeOf(runId, journal.ts, failureOf(error));
    return { verdict, stop: failure, stopBefore: stop, isJournalWhole: false, facts };
  }
}

/** As if it had never been gone: the time from which its roles have lived for as long as they did. */
export function livedSince(startedTs: number, resumption: Resumption | undefined, nowTs: number): number {
  if (resumption === undefined) return startedTs;
  const { ts, downMs } = resumption;
  return startedTs + downMs + Math.max(0, nowTs - ts);
}

interface Beginning {
  /** From here on timers are due. */
  readonly ts: number;
  readonly livedSinceTs: number;
  readonly opening: readonly AnyDraft[];
}

/** Read the clock when the market is open: what comes first must not be old already. */
function beginningOf({ identity, config, pace, startFacts, resumption }: NightParts): Beginning {
  const { startedTs } = identity;
  if (resumption === undefined) {
    const opening = [startedDraft({ mode: config.mode, ...identity }, startedTs, startFacts)];
    return { ts: startedTs, livedSinceTs: startedTs, opening };
  }
  const { torn, nextN, cmdlineHash } = resumption;
  const ts = Math.max(resumption.ts, pace.clock.now());
  const down_ms = ts - resumption.ts;
  const said = lifecycle(ts, "resumed", `from event ${nextN} on, after ${down_ms} ms`);
  const resumed = { ...said, payload: { ...said.payload, cmdline_hash: cmdlineHash, down_ms } };
  const opening = torn === null ? [resumed] : [lifecycle(ts, "torn_tail", torn), resumed];
  return { ts, livedSinceTs: livedSince(startedTs, resumption, ts), opening };
}

function lifecycle(ts: number, what: Lifecycle["what"], detail: string): Draft<"lifecycle"> {
  return { type: "lifecycle", source: "watchdog_role", ts, cause: null, payload: { what, detail } };
}

/** What was denied, and the stop that follows from it. */
function startStop(ts: number, { denials = [], ...problem }: StartProblem): readonly AnyDraft[] {
  const payload = { ...problem, origin: "input" as const };
  const stop = { type: "stop_journal", source: "watchdog_role", ts, cause: null, payload } as const;
  return [...denials.map((denial) => denialDraft(denial, ts)), stop];
}

/** What fell due while the process was gone is passed over, but for the end of the night. */
function timers(startedTs: number, nowTs: number, config: Config): readonly Agenda[] {
  const everyMs = config.watchdog.heartbeat_every_ms;
  const beats = Math.floor((nowTs - startedTs) / everyMs) + 1;
  const heartbeat = timerAgenda({ name: HEARTBEAT, firstTs: startedTs + beats * everyMs, everyMs });
  if (config.duration_ms === 0) return [heartbeat];
  const firstTs = startedTs + config.duration_ms;
  return [heartbeat, timerAgenda({ name: NIGHT_END, firstTs, everyMs: null })];
}

/** Timers, and the market: inside, in the order of time, or from the feed, each input behind what was due before it. */
function marketOf(
  { identity, config, pace, marketAgenda, feed, ai, vitals$, resumption }: NightParts,
  nowTs: number,
): Observable<AnyDraft> {
  const inside = [marketAgenda, ai?.agenda() ?? null].filter((agenda) => agenda !== null);
  const agenda = mergeAgendas([...timers(identity.startedTs, nowTs, config), ...inside]);
  const arrival$ = merge(feed?.arrival$ ?? NEVER, ai?.arrival$ ?? NEVER, vitals$);
  return merge(drive(agenda, pace), behindAgenda(agenda, arrival$)).pipe(tellTickFacts(resumption?.seen));
}

/** The watchdog has said that a role is down, and that it is to be begun anew. */
function heedDown({ feed, ai }: NightParts, { role, state, origin, detail, off }: Health): void {
  if (state !== "DOWN" || origin !== "derived") return;
  if (role === "market_role") feed?.restart(detail ?? "down");
  if (role === "ai_role") ai?.restart(off === true);
}

/** Real time: what waits is committed and anchored even when no input comes, and read again. */
function faultsOf({ journal, fileWatch, config, pace }: NightParts): Observable<AnyDraft> {
  return interval(config.logging.commit_ms, pace.scheduler).pipe(
    map(() => journal.flushAged() ?? fileWatch?.look() ?? null),
    filter((fault) => fault !== null),
  );
}

export function noticeOf(run_id: string, ts: number, stop: StartProblem): StopNotice {
  const { component, reason_code, detail } = stop;
  return { run_id, ts, component, reason_code, detail };
}

export function failureOf(error: unknown): StartProblem {
  if (error instanceof JournalFailure) {
    return { component: "journal", reason_code: error.code, detail: error.message };
  }
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return { component: "pipeline", reason_code: "BROKEN_INVARIANT", detail };
}

/** The roles that live inside one process, from start to end. */
function uptimeOf(seconds: number): Readonly<Record<Exclude<Role, "ai_role">, number>> {
  return {
    market_role: seconds,
    strategy_role: seconds,
    risk_role: seconds,
    execution_role: seconds,
    watchdog_role: seconds,
  };
}
