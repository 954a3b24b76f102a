import { concat, defer, EMPTY, from, merge, type Observable, takeUntil, takeWhile } from "rxjs";
import type { Config } from "./core/config.ts";
import type { Contracts } from "./core/contracts.ts";
import type { AnyDraft, Event } from "./core/event.ts";
import { parseRate } from "./core/fixed_point.ts";
import type { PolicyGate, QueueSink } from "./core/ports.ts";
import type { StopPhase } from "./core/stop_state.ts";
import type { SymbolRules } from "./core/symbol_rules.ts";
import { paperExecutor } from "./streams/fills/paper_executor.ts";
import { enforcePolicy } from "./streams/operators/enforce_policy.ts";
import { feedback } from "./streams/operators/feedback.ts";
import { keepTimeOrder } from "./streams/operators/keep_time_order.ts";
import { numberAndJournal } from "./streams/operators/number_and_journal.ts";
import { react, type RoleEntry, roleEntry } from "./streams/operators/react.ts";
import { validate } from "./streams/operators/validate.ts";
import { riskRole } from "./streams/risk/risk_role.ts";
import { isAdviceHeeded, withAdvice } from "./streams/strategies/advice_filter.ts";
import { strategyRole } from "./streams/strategies/strategy_role.ts";
import { createStrategy } from "./streams/strategies/strategy_table.ts";
import { NIGHT_END, watchdogRole } from "./streams/watchdog/watchdog_role.ts";

/**
 * The whole night on one page: which role reads and writes what, and the way of every draft through the gates
 * into the log. Data flows one way; what a role answers joins the turn that it answers to.
 */

/** The roles, in the order in which they see an event. */
export function nightRoles(
  options: {
    readonly config: Config;
    readonly runId: string;
    readonly venue: string;
    readonly symbols: ReadonlyMap<string, SymbolRules>;
  },
): readonly RoleEntry[] {
  const { config, runId, venue, symbols } = options;
  const { fees, latency_ms } = config.execution;
  const takerFee = parseRate(fees.taker);
  return [
    // → signal
    strategyEntry(config),
    // → risk_action, order_intent, order_cancel
    roleEntry(
      "risk_role",
      [
        "signal",
        "market_tick",
        "fill",
        "order_result",
        "timer",
        "health",
        "policy_denial",
        "stop_journal",
        "lifecycle",
      ],
      riskRole({
        runId,
        venue,
        risk: config.risk,
        strategies: config.strategy.list,
        takerFee,
        symbols,
        feed: config,
      }),
    ),
    // → order_result, fill
    roleEntry(
      "execution_role",
      [
        "order_intent",
        "order_cancel",
        "order_result",
        "fill",
        "market_tick",
        "stop_journal",
        "lifecycle",
      ],
      paperExecutor({
        runId,
        venue,
        symbols,
        latencyMs: latency_ms,
        fees: { maker: parseRate(fees.maker), taker: takerFee },
        openOrdersMax: OPEN_ORDERS_MAX,
      }),
    ),
    // → health, stop_journal
    roleEntry(
      "watchdog_role",
      ["market_tick", "timer", "health", "lifecycle", "operator_command", "risk_action"],
      watchdogRole(config),
    ),
  ];
}

/** No strategy hears the AI. Where its advice is heeded, it is put beside the entries that they want. */
function strategyEntry({ strategy, market, ai, symbols }: Config): RoleEntry {
  const strategies = strategyRole(strategy.list.map(createStrategy), {
    forgetAfterMs: market.stale.stop_ms,
  });
  return isAdviceHeeded(ai)
    ? roleEntry(
      "strategy_role",
      ["market_tick", "recommendation"],
      withAdvice(strategies, { filter: ai.filter, symbols }),
    )
    : roleEntry("strategy_role", ["market_tick"], strategies);
}

/** Every resting order may fill and end within one turn, which the turn's length must hold. */
const OPEN_ORDERS_MAX = 64;
const TURN_LENGTH_MAX = 250;
const WAITING_MAX = 10_000;

/** What comes from outside, from the first event to the last: a stop cuts it, an end runs it out. */
export function nightInputs(
  parts: {
    /** The start, or what is said first of a run that goes on. */
    readonly opening: readonly AnyDraft[];
    /** A proof that failed before the start: nothing but this is said. */
    readonly startStop: readonly AnyDraft[] | null;
    /** What ends the night had been said before its process was gone: nothing comes but the end. */
    readonly isOver: boolean;
    readonly market$: Observable<AnyDraft>;
    readonly operator$: Observable<AnyDraft>;
    readonly fault$: Observable<AnyDraft>;
    readonly stopping$: Observable<unknown>;
    /** What is said when nothing more comes, whatever ended it; asked for one by one. */
    readonly last: () => Iterable<AnyDraft>;
  },
): Observable<AnyDraft> {
  const { opening, startStop, isOver, market$, operator$, fault$, stopping$, last } = parts;
  const outside$ = isOver ? EMPTY : startStop === null ? merge(operator$, fault$, market$) : from(startStop);
  return concat(
    concat(from(opening), outside$.pipe(takeWhile((draft) => !endsNight(draft), true))).pipe(
      takeUntil(stopping$), // around the first event too: a disk may be full in its turn
    ),
    defer(last),
  );
}

/** Behind it nothing comes from outside any more. */
export function endsNight(input: AnyDraft | Event): boolean {
  return input.type === "timer" && input.payload.name === NIGHT_END ||
    input.type === "operator_command" && input.payload.command === "end";
}

/** Inputs to events: in turns, through schema and policy, into the log, to the roles, and back into the turn. */
export function night(
  parts: {
    readonly contracts: Contracts;
    readonly gate: PolicyGate;
    readonly sink: Pick<QueueSink, "append">;
    readonly roles: readonly RoleEntry[];
    /** Where the log of a run that goes on stands; left out for a new one. */
    readonly phase?: StopPhase;
    readonly onStopping: (reasonCode: string) => void;
    readonly onRefusedAfterStop: () => void;
    /** Left out where nothing that is due before a turn can fail it. */
    readonly beginTurn?: (input: AnyDraft) => AnyDraft | null;
    readonly endTurn: () => AnyDraft | null;
  },
): (input$: Observable<AnyDraft>) => Observable<Event> {
  const { contracts, gate, sink, roles, endTurn } = parts;
  const beginTurn = parts.beginTurn ?? (() => null);
  return feedback((draft$) =>
    draft$.pipe(
      keepTimeOrder(),
      validate(contracts),
      enforcePolicy(gate, contracts),
      numberAndJournal(sink, parts),
      react(roles),
    ), { turnLengthMax: TURN_LENGTH_MAX, waitingMax: WAITING_MAX, beginTurn, endTurn });
}

/** Which roles read each type: the consumers that acknowledge its queue. */
export function readersOf(roles: readonly RoleEntry[], type: Event["type"]): readonly string[] {
  return roles.filter(({ reads }) => reads.includes(type)).map(({ role }) => role);
}
