import { from } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, Lifecycle, OrderOutcome } from "../../../src/core/event.ts";
import type { QueueSink } from "../../../src/core/ports.ts";
import { numberAndJournal } from "../../../src/streams/operators/number_and_journal.ts";
import { Refusal } from "../../../src/streams/operators/refusal.ts";
import { memorySink } from "../../support/memory_sink.ts";
import { permittedDraft, sampleDrafts } from "../../support/sample_drafts.ts";

const { market_tick, order_intent, order_result, fill, stop_journal, risk_action, lifecycle, timer } =
  sampleDrafts;
const riskStop: AnyDraft = {
  ...risk_action,
  payload: { ...risk_action.payload, action: "STOP", reason_code: "RISK_DRAWDOWN" },
};

function result(outcome: OrderOutcome): AnyDraft {
  return { ...order_result, payload: { ...order_result.payload, result: outcome } };
}
function cycle(what: Lifecycle["what"]): AnyDraft {
  return { ...lifecycle, payload: { what, detail: "" } };
}

/** The drafts in a row through a log: what came out, a word each, and what the log was told. */
function journaled(drafts: readonly (AnyDraft | Refusal)[], sink: QueueSink = memorySink()) {
  const words: string[] = [];
  const reasons: string[] = [];
  let refused = 0;
  let failure: unknown = null;
  const options = { onStopping: (code: string) => reasons.push(code), onRefusedAfterStop: () => refused++ };
  from(drafts.map((draft) => draft instanceof Refusal ? draft : permittedDraft(draft)))
    .pipe(numberAndJournal(sink, options))
    .subscribe({
      next: (out) =>
        words.push(out instanceof Refusal ? `refused ${out.instead?.type ?? "in silence"}` : out.type),
      error: (error) => failure = error,
    });
  return { words, reasons, refused, failure };
}

test("numberAndJournal() gives each draft to the sink, in order, and hands on its events", () => {
  const kept: Event[] = [];
  const sink = memorySink((event) => kept.push(event));
  const seen: (Event | Refusal)[] = [];
  from([timer, market_tick, order_intent].map(permittedDraft))
    .pipe(numberAndJournal(sink, { onStopping: () => {}, onRefusedAfterStop: () => {} }))
    .subscribe((event) => seen.push(event));
  assert.equal(kept.map(({ type }) => type), ["timer", "market_tick", "order_intent"]);
  seen.forEach((event, i) => assert.is(event, kept[i]));
});

test("numberAndJournal() hands refusals on without a number", () => {
  const sink = memorySink();
  const { words, refused } = journaled([new Refusal(stop_journal), new Refusal(null), timer], sink);
  assert.equal(words, ["refused stop_journal", "refused in silence", "timer"]);
  assert.is(sink.count, 1);
  assert.is(refused, 0);
});

test("numberAndJournal() refuses to trade once a stop has begun, and counts it", () => {
  for (const stop of [stop_journal, riskStop]) {
    const sink = memorySink();
    const drafts = [
      order_intent,
      stop,
      order_intent,
      result("ACCEPTED"),
      result("PARTIAL"),
      result("FILLED"),
      fill,
    ];
    const { words, refused } = journaled(drafts, sink);
    assert.equal(words.slice(0, 2), ["order_intent", stop.type]);
    assert.equal(words.slice(2), Array(5).fill("refused in silence"));
    assert.is(refused, 5);
    assert.is(sink.count, 2);
  }
});

test("numberAndJournal() lets orders end after a stop, and the rest of the turn be said", () => {
  const ends = (["CANCELED", "EXPIRED", "REJECTED"] as const).map(result);
  const { words, refused } = journaled([
    riskStop,
    stop_journal,
    ...ends,
    timer,
    market_tick,
    cycle("ended"),
    ...ends,
  ]);
  assert.equal(words, [
    "risk_action",
    "stop_journal",
    ...Array(3).fill("order_result"),
    "timer",
    "market_tick",
    "lifecycle",
    ...Array(3).fill("order_result"),
  ]);
  assert.is(refused, 0);
});

test("numberAndJournal() takes nothing but the ends of orders after the end", () => {
  const { words, refused } = journaled([
    cycle("ended"),
    timer,
    stop_journal,
    order_intent,
    result("CANCELED"),
  ]);
  assert.equal(words, ["lifecycle", ...Array(3).fill("refused in silence"), "order_result"]);
  assert.is(refused, 3);
});

test("numberAndJournal() tells of the stop once, with the reason of the first", () => {
  const first: AnyDraft = { ...stop_journal, payload: { ...stop_journal.payload, reason_code: "DISK_FULL" } };
  assert.equal(journaled([timer, riskStop, first, riskStop, stop_journal]).reasons, ["RISK_DRAWDOWN"]);
  assert.equal(journaled([timer, first, stop_journal, riskStop]).reasons, ["DISK_FULL"]);
});

test("numberAndJournal() tells of no stop where the night ends in order", () => {
  const { reasons } = journaled([cycle("started"), risk_action, timer, cycle("ended"), stop_journal]);
  assert.equal(reasons, []);
});

test("numberAndJournal() tells of a stop only when it is journaled", () => {
  const order: string[] = [];
  const sink = memorySink(({ type }) => order.push(type));
  from([permittedDraft(stop_journal)])
    .pipe(numberAndJournal(sink, { onStopping: (code) => order.push(code), onRefusedAfterStop: () => {} }))
    .subscribe();
  assert.equal(order, ["stop_journal", "OPERATOR"]);
});

test("numberAndJournal() fails when the sink does", () => {
  const broken = new Error("EIO");
  const sink: QueueSink = {
    ...memorySink(),
    append() {
      throw broken;
    },
  };
  assert.is(journaled([timer], sink).failure, broken);
});

test("numberAndJournal() begins each subscription with a running night", () => {
  const operator = numberAndJournal(memorySink(), { onStopping: () => {}, onRefusedAfterStop: () => {} });
  for (let night = 0; night < 2; night++) {
    const types: string[] = [];
    from([order_intent, stop_journal].map(permittedDraft)).pipe(operator).subscribe((event) => {
      types.push(event instanceof Refusal ? "refused" : event.type);
    });
    assert.equal(types, ["order_intent", "stop_journal"]);
  }
});

test("numberAndJournal() of a log that has begun to stop takes no order, and tells of no stop", () => {
  const taken: string[] = [];
  let refused = 0;
  from([order_intent, fill, timer, stop_journal, order_intent].map(permittedDraft))
    .pipe(numberAndJournal(memorySink(), {
      phase: "STOPPING",
      onStopping: (code) => assert.unreachable(code),
      onRefusedAfterStop: () => refused++,
    }))
    .subscribe((out) => out instanceof Refusal || taken.push(out.type));
  assert.equal([taken, refused], [["timer", "stop_journal"], 3]);
});

test.run();
