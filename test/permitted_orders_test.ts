import fc from "fast-check";
import { from, Subject } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, EventType, OrderIntent, PermittedOrder } from "../src/core/event.ts";
import { parseRate } from "../src/core/fixed_point.ts";
import type { Decision, PolicyGate } from "../src/core/ports.ts";
import { night } from "../src/pipeline.ts";
import { paperExecutor, type PaperIn } from "../src/streams/fills/paper_executor.ts";
import { numberAndJournal } from "../src/streams/operators/number_and_journal.ts";
import { roleEntry } from "../src/streams/operators/react.ts";
import { memorySink } from "./support/memory_sink.ts";
import { repoContracts } from "./support/repo_contracts.ts";
import { sampleDrafts } from "./support/sample_drafts.ts";
import { SAMPLE_RUN_ID, sampleEvents } from "./support/sample_events.ts";
import { rulesOf } from "./support/trading_events.ts";

/** No type but a permitted order reaches the executor: the compiler says so, and so does what happens. */

const { order_intent, market_tick, stop_journal, timer } = sampleDrafts;
const { venue, symbol } = order_intent.payload;

function executor() {
  return paperExecutor({
    runId: SAMPLE_RUN_ID,
    venue,
    symbols: new Map([[symbol, rulesOf(symbol)]]),
    latencyMs: 0,
    fees: { maker: parseRate("0"), taker: parseRate("0.001") },
    openOrdersMax: 64,
  });
}

test("paperExecutor() and the log refuse to compile with an order that nobody has permitted", () => {
  const machine = executor();
  const intent: Event<"order_intent"> = sampleEvents.order_intent;
  const anyEvent: Event = intent;
  const payload: OrderIntent = intent.payload;
  const { append } = memorySink();
  const toLog = numberAndJournal(memorySink(), { onStopping: () => {}, onRefusedAfterStop: () => {} });
  const attempts = [
    // @ts-expect-error a bare intent
    () => machine.step(machine.initial(), intent),
    // @ts-expect-error an event that may be anything
    () => machine.step(machine.initial(), anyEvent),
    // @ts-expect-error a draft
    () => machine.step(machine.initial(), order_intent),
    // @ts-expect-error what it holds
    () => machine.step(machine.initial(), payload),
    // @ts-expect-error a mark of one's own is not the mark
    () => machine.step(machine.initial(), { ...intent, permitted: true }),
    // @ts-expect-error a bare intent is no permitted order
    (): PermittedOrder => intent,
    // @ts-expect-error a draft that was not permitted gets no number
    () => append(order_intent),
    // @ts-expect-error nor does a stream of them
    () => from([order_intent]).pipe(toLog),
    // @ts-expect-error it takes orders, so its line must say that it reads them
    () => roleEntry("execution_role", ["market_tick"], machine),
  ];
  assert.is(attempts.length, 9);
});

const EXECUTOR_READS = [
  "order_intent",
  "order_cancel",
  "order_result",
  "fill",
  "market_tick",
  "stop_journal",
  "lifecycle",
] as const;

/** What the gate is made to do with the n-th draft that it is asked about. */
const VERDICTS = ["allow", "allow", "allow", "deny", "throw", "nothing", "almost"] as const;
type Verdict = (typeof VERDICTS)[number];

function decisionOf(verdict: Verdict): Decision {
  if (verdict === "throw") throw new Error("trap");
  if (verdict === "allow") return { allow: true };
  if (verdict === "deny") return { allow: false, codes: ["TEST"], input: {} };
  return (verdict === "nothing" ? undefined : { allow: "true" }) as unknown as Decision;
}

/** Drafts as anybody might push them in, a risk role gone wild among them. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.constant("order" as const) },
  { weight: 4, arbitrary: fc.constant("tick" as const) },
  { weight: 1, arbitrary: fc.constantFrom("wrong_source", "no_quantity", "timer") },
  { weight: 1, arbitrary: fc.constant("stop" as const) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function draftOf(what: Happening, number: number): AnyDraft {
  const client_order_id = `${SAMPLE_RUN_ID.replace("_", "")}-${number + 1}`;
  const order = { ...order_intent, payload: { ...order_intent.payload, client_order_id } } as AnyDraft;
  if (what === "order") return order;
  if (what === "wrong_source") return { ...order, source: "ai_role" };
  if (what === "no_quantity") return { ...order, payload: { ...order.payload, qty: "0" } } as AnyDraft;
  if (what === "tick") return { ...market_tick, payload: { ...market_tick.payload } };
  if (what === "stop") return { ...stop_journal };
  return timer;
}

const stream = fc.array(fc.record({ what: happening, verdict: fc.constantFrom(...VERDICTS) }), {
  maxLength: 60,
});

test("night() hands the executor orders that schema and policy let through and the log took, and no other", () => {
  let reached = 0;
  let refused = 0;
  fc.assert(
    fc.property(stream, (happenings) => {
      const permitted = new Set<string>();
      const journaled = new Set<Event>();
      const handed: PaperIn[] = [];
      let verdict: Verdict = "allow";
      const gate: PolicyGate = {
        policySha256: "ab".repeat(32),
        decide(_, draft) {
          const decision = decisionOf(draft.type === "order_intent" ? verdict : "allow");
          if (decision?.allow === true && draft.type === "order_intent") {
            permitted.add(draft.payload.client_order_id);
          }
          return decision;
        },
      };
      const machine = executor();
      const watched: typeof machine = {
        ...machine,
        step(state, event) {
          handed.push(event);
          return machine.step(state, event);
        },
      };
      const input$ = new Subject<AnyDraft>();
      const failures: unknown[] = [];
      input$.pipe(night({
        contracts: repoContracts,
        gate,
        sink: memorySink((event) => journaled.add(event)),
        roles: [roleEntry("execution_role", EXECUTOR_READS, watched)],
        onStopping: () => {},
        onRefusedAfterStop: () => {},
        endTurn: () => null,
      })).subscribe({ error: (error) => failures.push(error) });
      happenings.forEach(({ what, verdict: next }, number) => {
        verdict = next;
        input$.next(draftOf(what, number));
      });

      assert.equal(failures, []);
      for (const event of handed) {
        assert.ok(journaled.has(event), `a ${event.type} that the log has not taken`);
        assert.ok((EXECUTOR_READS as readonly EventType[]).includes(event.type));
      }
      const orders = handed.filter(({ type }) => type === "order_intent") as PermittedOrder[];
      for (const { source, payload } of orders) {
        assert.ok(permitted.has(payload.client_order_id), "an order that policy did not permit");
        assert.is(source, "risk_role");
        assert.is.not(payload.qty, "0");
      }
      const stopAt = handed.findIndex(({ type }) => type === "stop_journal");
      if (stopAt >= 0) assert.not.ok(handed.slice(stopAt).some(({ type }) => type === "order_intent"));
      reached += orders.length;
      refused += happenings.filter(({ what }) => what === "order").length - orders.length;
    }),
    { numRuns: 300, seed: 14 }, // the same nights each time: how many orders they bring is asserted below
  );
  assert.ok(reached > 100 && refused > 100, `${reached} reached it, ${refused} did not`);
});

test.run();
