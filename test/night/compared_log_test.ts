import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, Origin, PermittedDraft } from "../../src/core/event.ts";
import { ComparedLog, ComparisonEnded, isInput } from "../../src/night/compared_log.ts";
import { EventForm } from "../../src/sinks/event_form.ts";
import type { LoggedEvent } from "../../src/sinks/log_reader.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID, sampleEvents } from "../support/sample_events.ts";

const form = new EventForm(SAMPLE_RUN_ID, SAMPLE_CMDLINE_HASH);
const { timer, health, stop_journal, policy_denial } = sampleEvents;

function draftOf({ type, source, payload }: Event, ts: number, cause: string | null = null): PermittedDraft {
  return { type, source, ts, cause, payload } as AnyDraft as PermittedDraft;
}

/** A log of these drafts, with all that a test may want to know of it. */
function logOf(drafts: readonly PermittedDraft[], wholeToN = Infinity) {
  const progress: number[] = [];
  const events = drafts.map((draft, n) => {
    const id = form.idOf(n);
    const event = form.eventOf(id, draft);
    return { n, event, json: form.jsonOf(id, draft), value: event, hash: "", segment: "", end: 0, queue: "" };
  });
  const log = new ComparedLog({
    events: events[Symbol.iterator]() as Iterator<LoggedEvent, undefined>,
    form,
    wholeToN,
    onProgress: (count) => void progress.push(count),
  });
  return { log, events, progress };
}

const input = draftOf(timer, 1);
const derived = (ts: number) =>
  draftOf({ ...health, payload: { ...health.payload, origin: "derived" } }, ts, "x");

test("isInput() tells by its type, or by its origin where a type may be either", () => {
  const byType = Object.values(sampleEvents).filter(isInput).map(({ type }) => type);
  const always = ["market_tick", "recommendation", "feature_pack", "operator_command", "timer", "lifecycle"];
  for (const type of always) assert.ok(byType.includes(type as Event["type"]), type);
  const never = ["signal", "risk_action", "order_intent", "order_cancel", "order_result", "fill"];
  for (const type of never) assert.not.ok(byType.includes(type as Event["type"]), type);
  for (const event of [health, stop_journal, policy_denial]) {
    for (const origin of ["input", "derived"] as Origin[]) {
      const changed = { ...event, payload: { ...event.payload, origin } } as Event;
      assert.is(isInput(changed), origin === "input", event.type);
    }
  }
});

test("ComparedLog gives its inputs as the drafts that they were, and each event as it was written", () => {
  const { log, events } = logOf([input, derived(1), draftOf(timer, 2)]);
  const drafts: AnyDraft[] = [];
  for (const draft of log.inputDrafts()) {
    drafts.push(draft);
    assert.equal(log.append(draft as PermittedDraft), events[drafts.length === 1 ? 0 : 2]!.event);
    if (drafts.length === 1) assert.equal(log.append(derived(1)), events[1]!.event);
  }
  assert.equal(drafts, [input, draftOf(timer, 2)]);
  assert.equal([log.difference, log.inputs, log.wholeEvents, log.isAtEnd], [null, 2, 3, true]);
});

test("ComparedLog says how far it is, and no more often than every ten thousand events", () => {
  const count = 25_000;
  const { log, progress } = logOf(Array.from({ length: count }, (_, ts) => draftOf(timer, ts)));
  for (const draft of log.inputDrafts()) log.append(draft as PermittedDraft);
  assert.is(log.wholeEvents, count);
  assert.equal(progress, [10_000, 20_000]);
});

test("ComparedLog misses an input that is refused, and what should have followed from one", () => {
  const refused = logOf([input]);
  for (const _ of refused.log.inputDrafts());
  const { n, kind, type } = refused.log.difference!;
  assert.equal([n, kind, type, refused.log.inputs], [0, "one less", "timer", 0]);

  const silent = logOf([input, derived(1), draftOf(timer, 2)]);
  for (const draft of silent.log.inputDrafts()) silent.log.append(draft as PermittedDraft);
  const missed = silent.log.difference!;
  assert.equal([missed.n, missed.kind, missed.recorded, missed.replayed], [
    1,
    "one less",
    silent.events[1]!.event,
    undefined,
  ]);
});

test("ComparedLog gives no input behind its end", () => {
  const { log } = logOf([input, draftOf(timer, 2)]);
  const drafts = log.inputDrafts();
  log.append(drafts.next().value as PermittedDraft);
  log.close();
  assert.is(drafts.next().done, true);
  assert.equal([log.difference, log.wholeEvents, log.cutEvents], [null, 0, 1]);
});

test("ComparedLog names the text itself where its values are the same", () => {
  const { log, events } = logOf([input]);
  (events[0] as { json: string }).json += " ";
  assert.throws(() => log.append(input), (error: Error) => error instanceof ComparisonEnded);
  const { field, recorded, replayed } = log.difference!;
  assert.equal([field, recorded, replayed], ["", events[0]!.json, form.jsonOf(form.idOf(0), input)]);
});

test("ComparedLog lets a log end in the middle of its last turn only behind what is whole", () => {
  for (const [wholeToN, kind] of [[-1, undefined], [0, "one more"], [Infinity, "one more"]] as const) {
    const { log } = logOf([input], wholeToN);
    log.append(input);
    assert.throws(() => log.append(derived(1)), (error: Error) => error instanceof ComparisonEnded);
    assert.is(log.difference?.kind, kind, String(wholeToN));
  }
});

test.run();
