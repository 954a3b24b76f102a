import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AiInput, stopDraft } from "../../../src/streams/ai/ai_drafts.ts";
import { outlet } from "../../../src/streams/ai/outlet.ts";

const draft = (ts: number): AiInput => stopDraft("AI_BOUNDARY", "an order", ts);

test("outlet() in real time gives each word at once, to whoever listens", () => {
  const out = outlet(false);
  const said: AiInput[] = [];
  out.say(draft(1));
  const subscription = out.said$.subscribe((one) => said.push(one));
  out.say(draft(2));
  assert.equal([said, out.isEmpty, out.takeAll(9)], [[draft(2)], true, []]);
  subscription.unsubscribe();
});

test("outlet() in virtual time keeps words until they are taken, with the time of that", () => {
  const out = outlet(true);
  const said: AiInput[] = [];
  out.said$.subscribe((one) => said.push(one));
  out.say(draft(1));
  out.say(stopDraft("B", "", 2));
  assert.is(out.isEmpty, false);
  assert.equal(out.takeAll(7), [draft(7), stopDraft("B", "", 7)]);
  assert.equal([said, out.isEmpty, out.takeAll(8)], [[], true, []]);
});

test.run();
