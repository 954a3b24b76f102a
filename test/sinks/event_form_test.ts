import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, PermittedDraft } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { EventForm } from "../../src/sinks/event_form.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID, sampleEvents } from "../support/sample_events.ts";

const form = new EventForm(SAMPLE_RUN_ID, SAMPLE_CMDLINE_HASH);

test("EventForm gives for every type of event the JSON of the event that roles see", () => {
  let types = 0;
  for (const { type, source, ts, payload } of Object.values(sampleEvents)) {
    const draft = { type, source, ts, cause: null, payload } as AnyDraft as PermittedDraft;
    const id = form.idOf(types++);
    const event = form.eventOf(id, draft);
    assert.is(form.jsonOf(id, draft), JSON.stringify(event));
    assert.equal([event.run_id, event.cmdline_hash, event.schema, event.v, event.ts, event.id], [
      SAMPLE_RUN_ID,
      SAMPLE_CMDLINE_HASH,
      `nore/${type}`,
      1,
      ts,
      id,
    ]);
    assert.is(event.payload, payload);
  }
  assert.ok(types >= 15);
});

test("EventForm gives the ids of its run", () => {
  const { numberOf } = eventIds(SAMPLE_RUN_ID);
  for (const n of [0, 1, 500_000, 2 ** 32]) assert.is(numberOf(form.idOf(n)), n);
});

test.run();
