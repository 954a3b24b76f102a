import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiConfig } from "../../../src/core/config.ts";
import type { AiInput } from "../../../src/streams/ai/ai_drafts.ts";
import type { AiRoleOptions } from "../../../src/streams/ai/ai_role.ts";
import { advice, learningOf, stage, words } from "../../support/ai_stage.ts";

const RAW = new Uint8Array([1]);

/** In virtual time: its steps stand in the agenda. */
function virtualStage(ai: Partial<AiConfig> = {}, more: Partial<AiRoleOptions> = {}) {
  const on = stage({ step_ms: 1000, ...ai }, { isVirtual: true, ...more });
  return { ...on, agenda: on.role.agenda()! };
}

test("AiRole in real time has no agenda, in virtual time nothing arrives by itself", () => {
  assert.is(stage().role.agenda(), null);
  const { until, lives, said } = virtualStage();
  until(100_000);
  assert.equal([lives.length, said.length], [0, 0]);
});

test("AiRole in virtual time waits with each step for the answer to the one before", () => {
  const { agenda, last, beat, prove } = virtualStage();
  const called: string[] = [];
  const isReady = (name: string) => agenda.isReady!(() => called.push(name));
  assert.equal([agenda.nextTs, isReady("a"), agenda.take(0)], [0, true, []]);
  assert.equal([agenda.nextTs, isReady("b")], [1000, false]);
  prove();
  assert.equal(called, ["b"]);
  assert.is(isReady("c"), true);
  assert.equal(words(agenda.take(1000) as readonly AiInput[]), ["UP 1000"]);
  assert.is(isReady("d"), false);
  last().listener.said(advice());
  assert.equal(called, ["b"]);
  beat(1);
  assert.equal(called, ["b", "d"], "once");
  assert.equal(words(agenda.take(2000) as readonly AiInput[]), ["recommendation 2000"]);
  assert.is(isReady("e"), false);
});

test("AiRole in virtual time ends with its last word", () => {
  const { agenda, last } = virtualStage();
  agenda.take(0);
  let calls = 0;
  agenda.isReady!(() => calls++);
  last().listener.violated({ detail: "an order", raw: RAW, denial: null });
  assert.equal([calls, agenda.nextTs], [1, 1000], "it has something to say");
  assert.equal(words(agenda.take(1000) as readonly AiInput[]), ["AI_BOUNDARY 1000"]);
  assert.is(agenda.nextTs, Infinity);
});

test("AiRole in virtual time waits for nobody who is down, and does not look at the shelf", () => {
  const learning = learningOf({ lookAtShelf: () => assert.unreachable("it looked") });
  const { agenda, last, role, prove, beat } = virtualStage({}, { learning, clock: { now: () => 20_000 } });
  agenda.take(0);
  prove();
  agenda.take(20_000);
  beat(1);
  assert.equal(last().sent.map(({ type }) => type), ["batch"]);
  last().listener.ended("gone");
  assert.is(agenda.isReady!(() => {}), true);
  assert.equal(words(agenda.take(21_000) as readonly AiInput[]), ["UP 21000", "DOWN 21000"].slice(1));
  role.restart(true);
  assert.is(agenda.nextTs, Infinity);
});

test.run();
