import { test } from "uvu";
import * as assert from "uvu/assert";
import { UNPROVEN_MODEL } from "../../src/core/ai_mail.ts";
import type { Event } from "../../src/core/event.ts";
import { advice, advisedNight, eventsOf } from "../support/advised_night.ts";
import { replaysWhole } from "../support/replayed.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

/** Whole nights with advice in them: in shadow it is as if there were none, as a filter it only takes away. */

const DECIDED = ["signal", "risk_action", "order_intent", "order_cancel", "order_result", "fill"] as const;
type Decided = Event<(typeof DECIDED)[number]>;

/** As it stands in the log, but for its id and that of its cause: advice between them moves the numbers. */
function bytesOf(event: Decided): string {
  const { cause: _, ...payload } = event.payload as Decided["payload"] & { readonly cause?: string };
  return JSON.stringify({ ...event, id: "", payload });
}

const silent = await advisedNight([], null);
const shadow = await advisedNight([]);
const filter = await advisedNight(["ai.advice=filter"]);

test("a night in shadow decides, byte for byte, what it would decide if nobody had advised", () => {
  const [without, advised] = [silent, shadow].map((night) => eventsOf(night, DECIDED).map(bytesOf));
  assert.ok(advised!.length > 100, String(advised!.length));
  assert.equal(advised, without);
  assert.is(eventsOf(silent, ["recommendation"]).length, 0);
  assert.ok(eventsOf(shadow, ["recommendation"]).length > 100);
});

test("a night with a filter vetoes, shrinks and leaves entries, and is advised on no exit", () => {
  const said = eventsOf(filter, ["risk_action"]).map(({ payload }) => payload.reason_code);
  for (const code of ["AI_VETO", "AI_SHRINK", "OK"]) assert.ok(said.includes(code), code);
  const signals = eventsOf(filter, ["signal"]).map(({ payload }) => payload);
  assert.ok(signals.some(({ advice }) => advice !== undefined));
  assert.ok(signals.every(({ advice, side }) => advice === undefined || side === "BUY"));
});

test("a night with a filter hears what strategies would have said without it", () => {
  const bare = (
    { payload: { advice: _, cause: __, ...rest } }: Event<"signal"> & { payload: { cause?: string } },
  ) => JSON.stringify(rest);
  assert.equal(eventsOf(filter, ["signal"]).map(bare), eventsOf(shadow, ["signal"]).map(bare));
});

test("a night with a filter heeds no model that no gate has let pass", async () => {
  const online = await advisedNight(["ai.advice=filter"], advice({ model_id: UNPROVEN_MODEL }));
  const decided = (night: typeof shadow) => eventsOf(night, DECIDED).map(bytesOf);
  assert.equal(decided(online), decided(silent));
});

for (const [what, night] of [["in shadow", shadow], ["with a filter", filter]] as const) {
  test(`an advised night ${what} is verified and replays exactly`, async () => {
    const { findings, complete } = verifyInMemory(night);
    assert.equal(findings.problems, []);
    assert.is(complete, true);
    const { inputs } = await replaysWhole(night);
    assert.ok(inputs > 500);
  });
}

test.run();
