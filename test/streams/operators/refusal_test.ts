import { test } from "uvu";
import * as assert from "uvu/assert";
import { Refusal } from "../../../src/streams/operators/refusal.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

test("Refusal holds what is to be said in the place of a draft, or nothing", () => {
  assert.is(new Refusal(sampleDrafts.policy_denial).instead, sampleDrafts.policy_denial);
  assert.is(new Refusal(null).instead, null);
});

test("Refusal is told apart from drafts and events", () => {
  assert.ok(new Refusal(null) instanceof Refusal);
  for (const draft of Object.values(sampleDrafts)) assert.not(draft instanceof Refusal);
});

test.run();
