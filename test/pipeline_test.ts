import { Subject } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, EventType, Proposal } from "../src/core/event.ts";
import type { PolicyGate } from "../src/core/ports.ts";
import { night, nightRoles, readersOf } from "../src/pipeline.ts";
import { type RoleEntry, roleEntry } from "../src/streams/operators/react.ts";
import { EMBEDDED_SYMBOLS } from "../src/streams/sources/embedded/symbols.ts";
import { type MemorySink, memorySink } from "./support/memory_sink.ts";
import { configWith } from "./support/repo_config.ts";
import { repoContracts } from "./support/repo_contracts.ts";
import { openRepoGate } from "./support/repo_policy.ts";
import { sampleDrafts } from "./support/sample_drafts.ts";
import { SAMPLE_RUN_ID } from "./support/sample_events.ts";

const START_TS = 1_795_298_400_000;

function roles(...sets: readonly string[]): readonly RoleEntry[] {
  const symbols = new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules]));
  return nightRoles({ config: configWith(sets), runId: SAMPLE_RUN_ID, venue: "embedded", symbols });
}

test("nightRoles() shows an event to strategies, then risk, then execution, then the watchdog", () => {
  assert.equal(roles().map(({ role }) => role), [
    "strategy_role",
    "risk_role",
    "execution_role",
    "watchdog_role",
  ]);
  for (const { role, reads, machine } of roles()) {
    assert.is(machine.name, role);
    assert.is(new Set(reads).size, reads.length);
    for (const type of reads) assert.ok(repoContracts.types.includes(type));
  }
});

test("readersOf() names the roles that read a type, in their order", () => {
  const readers = (type: EventType) => readersOf(roles(), type);
  assert.equal(readers("market_tick"), ["strategy_role", "risk_role", "execution_role", "watchdog_role"]);
  assert.equal(readers("signal"), ["risk_role"]);
  assert.equal(readers("order_intent"), ["execution_role"]);
  assert.equal(readers("fill"), ["risk_role", "execution_role"]);
  assert.equal(readers("policy_denial"), ["risk_role"]);
  assert.equal(readers("operator_command"), ["watchdog_role"]);
  assert.equal(readers("recommendation"), [], "nothing that the AI says reaches a role that trades");
});

test("nightRoles() shows advice where it is heeded, and then not to a role that trades", () => {
  const readers = (...sets: readonly string[]) => readersOf(roles(...sets), "recommendation");
  assert.equal(readers("ai.enabled=true"), []);
  assert.equal(readers("ai.enabled=false", "ai.advice=filter"), []);
  assert.equal(readers("ai.enabled=true", "ai.advice=filter", "ai.boundary=off"), []);
  assert.equal(readers("ai.enabled=true", "ai.advice=filter"), ["strategy_role"]);
});

/** A night that inputs can be pushed into; `events` holds all that the log took. */
function openNight(gate: PolicyGate, table: readonly RoleEntry[] = roles()) {
  const events: Event[] = [];
  const stops: string[] = [];
  const failures: Error[] = [];
  const input$ = new Subject<AnyDraft>();
  const sink: MemorySink = memorySink((event) => events.push(event));
  let refused = 0;
  input$.pipe(night({
    contracts: repoContracts,
    gate,
    sink,
    roles: table,
    onStopping: (code) => stops.push(code),
    onRefusedAfterStop: () => refused++,
    endTurn: () => sink.endTurn(),
  })).subscribe({ error: (error) => failures.push(error) });
  return { input$, events, stops, failures, sink, refusals: () => refused };
}

const tick: AnyDraft = {
  ...sampleDrafts.market_tick,
  ts: START_TS,
  payload: { ...sampleDrafts.market_tick.payload, venue: "embedded", facts: { jump_pct: 0, late_s: 0 } },
};

test("night() answers the start with the health of all roles, caused by it", async () => {
  const { input$, events } = openNight(await openRepoGate());
  input$.next({ ...sampleDrafts.lifecycle, ts: START_TS });
  const [started, ...healths] = events;
  assert.is(started!.type, "lifecycle");
  assert.equal(
    healths.map(({ type, source, ts }) => [type, source, ts]),
    Array(5).fill(["health", "watchdog_role", START_TS]),
  );
  for (const { payload } of healths) assert.is((payload as { cause?: string }).cause, started!.id);
});

test("night() puts a denial in the place of what policy denies, and goes on", async () => {
  const { input$, events, stops } = openNight(await openRepoGate());
  const foreign: AnyDraft = { ...tick, payload: { ...tick.payload, price_source: "binance" } } as AnyDraft;
  for (const input of [foreign, tick]) input$.next(input);
  assert.equal(events.map(({ type }) => type), ["policy_denial", "market_tick"]);
  assert.equal(stops, []);
});

test("night() stops at an event that does not fit its schema", async () => {
  const { input$, events, stops } = openNight(await openRepoGate());
  input$.next({ ...tick, payload: { ...tick.payload, price: "1e5" } } as AnyDraft);
  assert.equal(events.map(({ type }) => type), ["stop_journal"]);
  assert.equal(stops, ["SCHEMA_INVALID"]);
});

test("night() stops when the gate breaks", () => {
  const gate: PolicyGate = {
    policySha256: "ab".repeat(32),
    decide() {
      throw new Error("trap");
    },
  };
  const { input$, events, stops } = openNight(gate);
  input$.next(tick);
  assert.equal(events.map(({ type }) => type), ["stop_journal"]);
  assert.equal(stops, ["POLICY_ERROR"]);
});

test("night() takes what the sink says at the end of a turn as the next input", async () => {
  const { input$, events, stops, sink } = openNight(await openRepoGate());
  const { stop_journal } = sampleDrafts;
  sink.fault = { ...stop_journal, payload: { ...stop_journal.payload, reason_code: "DISK_FULL" } };
  input$.next(tick);
  input$.next(tick);
  assert.equal(events.map(({ type }) => type), ["market_tick", "stop_journal", "market_tick"]);
  assert.equal(stops, ["DISK_FULL"]);
});

test("night() turns the operator's stop into the stop of the night", async () => {
  const { input$, events, stops } = openNight(await openRepoGate());
  input$.next({ ...sampleDrafts.operator_command, payload: { command: "stop", reason: "" } });
  assert.equal(events.map(({ type }) => type), ["operator_command", "stop_journal"]);
  assert.equal(stops, ["OPERATOR"]);
});

test("night() lifts an input to the latest time where the clock was set back", async () => {
  const { input$, events } = openNight(await openRepoGate());
  for (const ts of [START_TS, START_TS - 5000, START_TS + 1]) input$.next({ ...tick, ts });
  assert.equal(events.map(({ ts }) => ts), [START_TS, START_TS, START_TS + 1]);
});

/** A role that answers each order_result with so many. */
function chatter(answers: number): RoleEntry {
  const payload = () => ({ ...sampleDrafts.order_result.payload });
  return roleEntry("execution_role", ["market_tick", "order_result"], {
    name: "chatter",
    initial: () => null,
    step: (): readonly [null, readonly Proposal[]] => [
      null,
      Array.from({ length: answers }, () => ({ type: "order_result" as const, payload: payload() })),
    ],
  });
}

test("night() fails when the roles answer each other without end", async () => {
  const { input$, failures, events } = openNight(await openRepoGate(), [chatter(1)]);
  input$.next(tick);
  assert.equal(failures.map(({ message }) => message), [
    "A turn is longer than 250 events: the roles answer each other",
  ]);
  assert.is(events.length, 250);
});

test("night() fails when a stop itself does not fit", async () => {
  const { input$, failures } = openNight(await openRepoGate());
  input$.next({ ...sampleDrafts.stop_journal, source: "risk_role" });
  assert.match(failures[0]!.message, /^SCHEMA_INVALID in a stop_journal: /);
});

test.run();
