import { Subject } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, EventType, Source } from "../src/core/event.ts";
import { night, nightRoles } from "../src/pipeline.ts";
import { mergeAgendas, timerAgenda } from "../src/streams/sources/agenda.ts";
import { embeddedAgenda } from "../src/streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../src/streams/sources/embedded/embedded_market.ts";
import { EMBEDDED_SYMBOLS } from "../src/streams/sources/embedded/symbols.ts";
import { HEARTBEAT } from "../src/streams/watchdog/watchdog_role.ts";
import { memorySink } from "./support/memory_sink.ts";
import { configWith } from "./support/repo_config.ts";
import { repoContracts } from "./support/repo_contracts.ts";
import { openRepoGate } from "./support/repo_policy.ts";
import { tellTickFacts } from "../src/streams/operators/tell_tick_facts.ts";
import { SAMPLE_RUN_ID } from "./support/sample_events.ts";

/** What holds for every event of a long night, whatever happens in it. */

const START_TS = 1_795_298_400_000;
const TICKS = 50_000;

/** Strategies that trade often, and no limit on it: the more happens, the more is proven. */
const config = configWith([
  "risk.trade_rate.limit=100000",
  "strategy.list.0.parameters.cooldown_ms=1000",
  "strategy.list.1.parameters.cooldown_ms=1000",
]);
const roles = nightRoles({
  config,
  runId: SAMPLE_RUN_ID,
  venue: "embedded",
  symbols: new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules])),
});
const readsOf = new Map(roles.map(({ role, reads }) => [role as Source, new Set<EventType>(reads)]));

/** What each source may write: derived events by their role, inputs by whoever stands for them. */
const WRITES: Readonly<Record<Source, readonly EventType[]>> = {
  market_role: ["market_tick"],
  strategy_role: ["signal"],
  risk_role: ["risk_action", "order_intent", "order_cancel"],
  execution_role: ["order_result", "fill"],
  ai_role: [],
  watchdog_role: ["health", "stop_journal", "lifecycle", "timer", "policy_denial"],
  operator: ["operator_command"],
};

/** Throws where an event is out of order, or is not what its turn can have brought about. */
function turnCheck(): { check(event: Event): void; endTurn(): void } {
  const turn = new Map<string, EventType>();
  let lastTs = 0;
  return {
    check({ type, source, ts, id, payload }) {
      if (!WRITES[source].includes(type)) throw new Error(`A ${type} was written by ${source}`);
      if (ts < lastTs) throw new Error(`${type} ${id} has an earlier time than the event before it`);
      lastTs = ts;
      const { cause, origin } = payload as { readonly cause?: string; readonly origin?: string };
      if (turn.size === 0) { // the first of a turn is its input
        if (cause !== undefined || origin === "derived") throw new Error(`Input ${type} has a cause`);
      } else {
        const caused = turn.get(cause ?? "");
        if (caused === undefined) throw new Error(`${type} ${id} names no event of its turn as its cause`);
        if (!readsOf.get(source)?.has(caused)) {
          throw new Error(`${type} of ${source} was caused by a ${caused}`);
        }
        if (origin === "input") throw new Error(`${type} ${id} says that it is an input`);
      }
      turn.set(id, type);
    },
    endTurn: () => turn.clear(),
  };
}

function stackDepth(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const depth = new Error().stack!.split("\n").length;
  Error.stackTraceLimit = limit;
  return depth;
}

test(`night() takes ${TICKS} ticks: every event in its place, and nothing grows`, async () => {
  const market = embeddedMarket({ seed: 11, symbols: config.symbols, startTs: START_TS, ticksPerS: 10 });
  const agenda = mergeAgendas([
    timerAgenda({ name: HEARTBEAT, firstTs: START_TS + 5000, everyMs: 5000 }),
    embeddedAgenda(market, { onUnusable: (_, reason) => assert.unreachable(reason) }),
  ]);
  const counts = new Map<EventType, number>();
  const count = (type: EventType) => counts.get(type) ?? 0;
  const depths = new Set<number>();
  const finalizers = new Set<number>();
  const { check, endTurn } = turnCheck();
  const sink = memorySink((event) => {
    check(event);
    counts.set(event.type, count(event.type) + 1);
    if (sink.count % 1000 === 0) depths.add(stackDepth());
  });
  const failures: unknown[] = [];
  const input$ = new Subject<AnyDraft>();
  const subscription = input$.pipe(
    tellTickFacts(),
    night({
      contracts: repoContracts,
      gate: await openRepoGate(),
      sink,
      roles,
      onStopping: (code) => failures.push(code),
      onRefusedAfterStop: () => failures.push("refused"),
      endTurn() {
        endTurn();
        return sink.endTurn();
      },
    }),
  ).subscribe({ error: (error) => failures.push(error) });

  let inputs = 0;
  while (count("market_tick") < TICKS && failures.length === 0) {
    for (const draft of agenda.take(agenda.nextTs)) {
      input$.next(draft);
      inputs++;
    }
    // rxjs has no public count of what an unsubscribe would call
    finalizers.add((subscription as unknown as { _finalizers: readonly unknown[] })._finalizers.length);
  }
  subscription.unsubscribe();

  assert.equal(failures, []);
  // More inputs than may ever wait, more events than a turn may have: had any of them stayed, the night had failed.
  assert.is(sink.turns, inputs);
  assert.is(depths.size, 1, `stack depths ${[...depths]}`);
  assert.is(finalizers.size, 1);
  for (const type of ["signal", "risk_action", "order_intent", "order_result", "fill", "health"] as const) {
    assert.ok(count(type) > 10, `${count(type)} of ${type}`);
  }
});

test.run();
