import { from } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, EventType, Health, Proposal, Role } from "../../../src/core/event.ts";
import type { Machine } from "../../../src/core/machine.ts";
import type { Step } from "../../../src/streams/operators/feedback.ts";
import type { AdmittedEvent } from "../../../src/streams/operators/number_and_journal.ts";
import { react, type RoleEntry, roleEntry } from "../../../src/streams/operators/react.ts";
import { Refusal } from "../../../src/streams/operators/refusal.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";
import { sampleEvents } from "../../support/sample_events.ts";

const { market_tick, timer, fill, signal } = sampleEvents;

/** A role that answers each event with so many health events, which count what it has seen so far. */
function counter(role: Role, reads: readonly EventType[], answers = 1): RoleEntry {
  return roleEntry(role, reads, {
    name: role,
    initial: () => 0,
    step(state: number, event: Event): readonly [number, readonly Proposal[]] {
      const payload = (): Health => ({
        role,
        state: "UP",
        uptime_s: state + 1,
        origin: "derived",
        detail: event.type,
      });
      return [state + 1, Array.from({ length: answers }, () => ({ type: "health", payload: payload() }))];
    },
  });
}

function reactions(
  roles: readonly RoleEntry[],
  ...events: readonly (AdmittedEvent | Refusal)[]
): Step<AnyDraft, Event>[] {
  const steps: Step<AnyDraft, Event>[] = [];
  from(events).pipe(react(roles)).subscribe((step) => steps.push(step));
  return steps;
}

/** `role:type:count` of each answer. */
function wordsOf(step: Step<AnyDraft, Event> | undefined): string[] {
  return step!.drafts.map(({ source, payload }) => {
    const { detail, uptime_s } = payload as Health;
    return `${source}:${detail}:${uptime_s}`;
  });
}

test("react() shows an event to the roles that read its type, in the order of the table", () => {
  const roles = [
    counter("strategy_role", ["market_tick"]),
    counter("risk_role", ["timer", "market_tick"], 2),
    counter("execution_role", ["fill", "market_tick"]),
  ];
  const steps = reactions(roles, market_tick, timer, fill, market_tick);
  assert.equal(steps.map(wordsOf), [
    [
      "strategy_role:market_tick:1",
      "risk_role:market_tick:1",
      "risk_role:market_tick:1",
      "execution_role:market_tick:1",
    ],
    ["risk_role:timer:2", "risk_role:timer:2"],
    ["execution_role:fill:2"],
    [
      "strategy_role:market_tick:2",
      "risk_role:market_tick:3",
      "risk_role:market_tick:3",
      "execution_role:market_tick:3",
    ],
  ]);
});

test("react() hands on the event itself, with no drafts where nobody answers", () => {
  const roles = [counter("risk_role", ["timer"], 0)];
  for (const event of [timer, signal]) {
    const [step] = reactions(roles, event);
    assert.is(step!.event, event);
    assert.equal(step!.drafts, []);
  }
});

test("react() makes an answer a draft of its role, at the time of its turn, with the event as its cause", () => {
  const [step] = reactions([counter("risk_role", ["fill"])], fill);
  assert.equal(step!.drafts, [{
    type: "health",
    source: "risk_role",
    ts: fill.ts,
    cause: fill.id,
    payload: {
      role: "risk_role",
      state: "UP",
      uptime_s: 1,
      origin: "derived",
      detail: "fill",
      cause: fill.id,
    },
  }]);
});

test("react() lets what a refusal says instead join the turn, and shows it to nobody", () => {
  const roles = [counter("risk_role", ["market_tick", "policy_denial"])];
  const steps = reactions(roles, new Refusal(sampleDrafts.policy_denial), new Refusal(null), market_tick);
  assert.equal(steps.slice(0, 2), [
    { event: null, drafts: [sampleDrafts.policy_denial] },
    { event: null, drafts: [] },
  ]);
  assert.equal(wordsOf(steps[2]), ["risk_role:market_tick:1"]);
});

test("react() fails when a role throws", () => {
  const broken = roleEntry("risk_role", ["timer"], {
    name: "risk_role",
    initial: () => 0,
    step() {
      throw new Error("invariant");
    },
  });
  let failure: Error | null = null;
  from<AdmittedEvent[]>([timer]).pipe(react([broken])).subscribe({ error: (error) => failure = error });
  assert.is(failure!.message, "invariant");
});

test("react() begins with fresh roles for each subscriber", () => {
  const roles = [counter("risk_role", ["timer"])];
  const operator = react(roles);
  for (let night = 0; night < 2; night++) {
    const words: string[][] = [];
    from<AdmittedEvent[]>([timer, timer]).pipe(operator).subscribe((step) => words.push(wordsOf(step)));
    assert.equal(words, [["risk_role:timer:1"], ["risk_role:timer:2"]]);
  }
});

/** A machine that takes these types and answers nothing. */
function taker<In extends Event>(): Machine<null, In, Proposal> {
  return { name: "taker", initial: () => null, step: (state) => [state, []] };
}

test("roleEntry() compiles where a machine takes exactly what it reads, and only there", () => {
  const lines = [
    roleEntry("risk_role", ["timer"], taker<Event<"timer">>()),
    roleEntry("risk_role", ["timer", "fill"], taker<Event<"fill" | "timer">>()),
    roleEntry("execution_role", ["order_intent"], taker<AdmittedEvent<"order_intent">>()),
    // @ts-expect-error it is shown fills and does not take them
    roleEntry("risk_role", ["timer", "fill"], taker<Event<"timer">>()),
    // @ts-expect-error it waits for fills and is never shown one
    roleEntry("risk_role", ["timer"], taker<Event<"fill" | "timer">>()),
    // @ts-expect-error another type altogether
    roleEntry("risk_role", ["timer"], taker<Event<"fill">>()),
    // @ts-expect-error a list that is not known when it is compiled may show it anything
    roleEntry("risk_role", ["timer"] as readonly EventType[], taker<Event<"timer">>()),
    // @ts-expect-error no such type
    roleEntry("risk_role", ["order"], taker<Event>()),
  ];
  assert.equal(lines.map(({ role }) => role).length, 8);
});

test("react() takes no line that roleEntry() has not checked, and no event that was not admitted", () => {
  const machine = taker<Event<"fill">>();
  // @ts-expect-error a line of one's own
  const line: RoleEntry = { role: "risk_role", reads: ["timer"], machine };
  const bare: readonly Event[] = [timer];
  // @ts-expect-error among bare events there may be an order that nobody has permitted
  const steps$ = from(bare).pipe(react([line]));
  assert.type(steps$.subscribe, "function");
});

test.run();
