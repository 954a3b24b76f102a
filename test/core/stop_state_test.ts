import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Lifecycle, OrderOutcome, RiskVerb } from "../../src/core/event.ts";
import { admits, beginsStop, nextPhase, type StopPhase } from "../../src/core/stop_state.ts";
import { sampleEvents } from "../support/sample_events.ts";

/** Every event that the machine tells apart: a sample of each type, and one for each word that decides. */
const PHASES: readonly StopPhase[] = ["RUNNING", "STOPPING", "STOPPED"];

// records, so that the compiler misses a word that is left out
const OUTCOMES: Readonly<Record<OrderOutcome, "trades" | "ends">> = {
  ACCEPTED: "trades",
  PARTIAL: "trades",
  FILLED: "trades",
  UNKNOWN: "trades", // may have filled
  CANCELED: "ends",
  EXPIRED: "ends",
  REJECTED: "ends",
};
const VERBS: Readonly<Record<RiskVerb, true>> = {
  ALLOW: true,
  DENY: true,
  REDUCE: true,
  FREEZE: true,
  UNFREEZE: true,
  STOP: true,
};
const WHATS: Readonly<Record<Lifecycle["what"], true>> = {
  started: true,
  resumed: true,
  torn_tail: true,
  policy_reloaded: true,
  role_restarted: true,
  ended: true,
};

function riskAction(action: RiskVerb): Event<"risk_action"> {
  const { risk_action } = sampleEvents;
  return { ...risk_action, payload: { ...risk_action.payload, action } };
}
function orderResult(result: OrderOutcome): Event<"order_result"> {
  const { order_result } = sampleEvents;
  return { ...order_result, payload: { ...order_result.payload, result } };
}
function lifecycle(what: Lifecycle["what"]): Event<"lifecycle"> {
  return { ...sampleEvents.lifecycle, payload: { what, detail: "" } };
}

const outcomes = Object.keys(OUTCOMES) as OrderOutcome[];
const results = outcomes.map(orderResult);
const actions = (Object.keys(VERBS) as RiskVerb[]).map(riskAction);
const cycles = (Object.keys(WHATS) as Lifecycle["what"][]).map(lifecycle);
const others = Object.values(sampleEvents).filter(({ type }) =>
  type !== "order_result" && type !== "risk_action" && type !== "lifecycle"
);
const allEvents: readonly Event[] = [...others, ...results, ...actions, ...cycles];

/** What it is, in a word or two. */
function nameOf(event: Event): string {
  switch (event.type) {
    case "order_result":
      return event.payload.result;
    case "risk_action":
      return event.payload.action;
    case "lifecycle":
      return event.payload.what;
    default:
      return event.type;
  }
}

/** It begins a trade or is one. */
function trades(event: Event): boolean {
  return event.type === "order_intent" || event.type === "fill" ||
    event.type === "order_result" && OUTCOMES[event.payload.result] === "trades";
}

/** All phases that the log can come to from `start`, by the events that it admits. */
function reachable(start: StopPhase): readonly StopPhase[] {
  const found = new Set([start]);
  for (const phase of found) {
    for (const event of allEvents) if (admits(phase, event)) found.add(nextPhase(phase, event));
  }
  return [...found].sort();
}

test("admits() lets everything through while the night runs", () => {
  for (const event of allEvents) assert.ok(admits("RUNNING", event), nameOf(event));
});

test("admits() lets nothing trade in any phase that can follow a stop", () => {
  for (const start of ["STOPPING", "STOPPED"] as const) {
    for (const phase of reachable(start)) {
      for (const event of allEvents.filter(trades)) {
        assert.not(admits(phase, event), `${start} → ${phase}: ${nameOf(event)}`);
      }
    }
  }
});

test("admits() lets orders end in every phase", () => {
  for (const phase of PHASES) {
    for (const result of outcomes.filter((word) => OUTCOMES[word] === "ends")) {
      assert.ok(admits(phase, orderResult(result)), `${phase}: ${result}`);
    }
  }
});

test("admits() lets all but trading and a second risk STOP through while stopping", () => {
  const refused = allEvents.filter((event) => !admits("STOPPING", event)).map(nameOf).sort();
  assert.equal(refused, ["ACCEPTED", "FILLED", "PARTIAL", "STOP", "UNKNOWN", "fill", "order_intent"]);
});

test("admits() lets nothing through after the end but the ends of orders", () => {
  const admitted = allEvents.filter((event) => admits("STOPPED", event)).map(nameOf).sort();
  assert.equal(admitted, ["CANCELED", "EXPIRED", "REJECTED"]);
});

test("beginsStop() is true for a stop_journal and a risk STOP alone", () => {
  assert.equal(allEvents.filter(beginsStop).map(nameOf).sort(), ["STOP", "stop_journal"]);
});

test("nextPhase() goes to STOPPING at a stop, to STOPPED at the end, and nowhere else", () => {
  for (const event of allEvents) {
    const word = nameOf(event);
    const expected: readonly StopPhase[] = word === "ended"
      ? ["STOPPED", "STOPPED", "STOPPED"]
      : ["STOP", "stop_journal"].includes(word)
      ? ["STOPPING", "STOPPING", "STOPPED"]
      : PHASES;
    assert.equal(PHASES.map((phase) => nextPhase(phase, event)), expected, word);
  }
});

test("nextPhase() never leads back", () => {
  assert.equal(reachable("RUNNING"), ["RUNNING", "STOPPED", "STOPPING"]);
  assert.equal(reachable("STOPPING"), ["STOPPED", "STOPPING"]);
  assert.equal(reachable("STOPPED"), ["STOPPED"]);
});

test.run();
