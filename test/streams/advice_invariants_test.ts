import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EntryAdvice } from "../../src/core/advice.ts";
import type { Event, OrderIntent, Proposal, Side } from "../../src/core/event.ts";
import { parseQuantity } from "../../src/core/fixed_point.ts";
import type { RiskIn } from "../../src/streams/risk/risk_role.ts";
import { WIDE_FEED } from "../support/feed_events.ts";
import { NIGHT, type NightCase, played, RISK_READS, riskOf, STRATEGIES } from "../support/random_nights.ts";
import { eventOf, signal, SYMBOLS } from "../support/trading_events.ts";

/**
 * Advice vetoes or shrinks an entry and does nothing else: for the same state and the same signal the orders with it
 * are a part of those without, and none is larger.
 */

const ADVICE: fc.Arbitrary<EntryAdvice> = fc.record({
  p_up: fc.double({ min: 0, max: 1, noNaN: true }),
  model_id: fc.constant("model_0123456789abcdef"),
  // and beyond what the schema lets pass
  size_pct: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 100 }) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, 99, 100, 101, 1000) },
  ),
});

function seenByRisk(it: NightCase, feed = WIDE_FEED): readonly RiskIn[] {
  return played(it, () => {}, feed).events.filter(({ type }) => RISK_READS.includes(type)) as RiskIn[];
}

/** What the role answers to the last of the events: their state is of this one fold. */
function answer(
  machine: ReturnType<typeof riskOf>,
  before: readonly RiskIn[],
  last: RiskIn,
): readonly Proposal[] {
  let state = machine.initial();
  for (const event of before) [state] = machine.step(state, event);
  return machine.step(state, last)[1];
}

function withAdviceOf({ ts, payload }: Event<"signal">, advice: EntryAdvice): Event<"signal"> {
  return eventOf("signal", ts, { ...payload, advice });
}

const seen = { whole: 0, shrunk: 0, vetoed: 0, tooSmall: 0, stopped: 0, frozen: 0, denied: 0, exits: 0 };

/** Tells also which of the ways it can go it has gone. */
function assertNoMore(
  { payload: { side } }: Event<"signal">,
  without: readonly Proposal[],
  advised: readonly Proposal[],
): void {
  const intent = without.find((one): one is Proposal<"order_intent"> => one.type === "order_intent");
  if (side === "SELL" || intent === undefined) {
    assert.equal(advised, without);
    const action = without[0]?.type === "risk_action" ? without[0].payload.action : null;
    if (side === "SELL" && intent !== undefined) seen.exits++;
    else if (action === "STOP") seen.stopped++;
    else if (action === "FREEZE") seen.frozen++;
    else if (action === "DENY") seen.denied++;
    return;
  }
  const [said, ...orders] = advised;
  assert.is(said?.type, "risk_action", "every signal is answered");
  if (said?.type !== "risk_action") return;
  if (orders.length === 0) {
    assert.is(said.payload.action, "DENY");
    const { reason_code } = said.payload;
    assert.ok(reason_code === "AI_VETO" || reason_code === "AI_SHRUNK_TOO_SMALL", reason_code);
    seen[reason_code === "AI_VETO" ? "vetoed" : "tooSmall"]++;
    return;
  }
  assert.equal(orders.map(({ type }) => type), ["order_intent"]);
  const smaller = (orders[0] as Proposal<"order_intent">).payload;
  assertNoLarger(intent.payload, smaller);
  const isSame = smaller.qty === intent.payload.qty;
  seen[isSame ? "whole" : "shrunk"]++;
  if (isSame) assert.equal(advised, without);
  else assert.equal([said.payload.action, said.payload.reason_code], ["REDUCE", "AI_SHRINK"]);
}

/** The same order but for its size, which has a place in the facts, too. */
function assertNoLarger(whole: OrderIntent, smaller: OrderIntent): void {
  const [before, after] = [parseQuantity(whole.qty), parseQuantity(smaller.qty)];
  assert.ok(after > 0n && after <= before, `${smaller.qty} of ${whole.qty}`);
  assert.ok(Number(smaller.facts["notional"]) <= Number(whole.facts["notional"]));
  const facts = { ...whole.facts, notional: smaller.facts["notional"] };
  assert.equal(smaller, { ...whole, qty: smaller.qty, facts });
}

test("riskRole() sends with advice a part of what it would send without, at every signal of any night", () => {
  const property = (it: NightCase, advices: readonly EntryAdvice[]) => {
    const events = seenByRisk(it);
    events.forEach((event, index) => {
      if (event.type !== "signal") return;
      const before = events.slice(0, index);
      const without = answer(riskOf(it), before, event);
      const advice = advices[index % advices.length]!;
      assertNoMore(event, without, answer(riskOf(it), before, withAdviceOf(event, advice)));
    });
  };
  fc.assert(fc.property(NIGHT, fc.array(ADVICE, { minLength: 3, maxLength: 7 }), property), { numRuns: 150 });
});

/** Symbols freeze when they are silent for a moment, so that more states have something that stands. */
const NERVOUS = { ...WIDE_FEED, market: { ...WIDE_FEED.market, stale: { freeze_ms: 60, stop_ms: 1e9 } } };

/** A signal that nobody gave, behind some part of a night. */
interface Question {
  readonly side: Side;
  readonly strategy: string;
  readonly symbol: string;
  readonly advice: EntryAdvice;
  readonly gapMs: number;
  readonly part: number;
}
const QUESTION: fc.Arbitrary<Question> = fc.record({
  side: fc.constantFrom<Side>("BUY", "BUY", "SELL"),
  strategy: fc.constantFrom(...STRATEGIES),
  symbol: fc.constantFrom(...SYMBOLS.keys()),
  advice: ADVICE,
  gapMs: fc.integer({ min: 0, max: 100 }),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("riskRole() sends with advice a part of what it would send without, in any state and at any signal", () => {
  const property = (it: NightCase, questions: readonly Question[]) => {
    const events = seenByRisk(it, NERVOUS);
    for (const { side, advice, gapMs, part, ...which } of questions) {
      const before = events.slice(0, Math.floor(part * events.length));
      const bare = signal((before.at(-1)?.ts ?? it.startTs) + gapMs, side, which);
      const ask = (last: Event<"signal">) => answer(riskOf(it, NERVOUS), before, last);
      assertNoMore(bare, ask(bare), ask(withAdviceOf(bare, advice)));
    }
  };
  fc.assert(fc.property(NIGHT, fc.array(QUESTION, { minLength: 4, maxLength: 8 }), property), {
    numRuns: 150,
  });
});

test("the nights above have gone every way that there is", () => {
  for (const [way, times] of Object.entries(seen)) assert.ok(times > 5, `${way}: ${JSON.stringify(seen)}`);
});

test.run();
