import { from } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../../src/core/event.ts";
import { Refusal } from "../../../src/streams/operators/refusal.ts";
import { validate } from "../../../src/streams/operators/validate.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

function validated(...drafts: readonly AnyDraft[]): (AnyDraft | Refusal)[] {
  const out: (AnyDraft | Refusal)[] = [];
  from(drafts).pipe(validate(repoContracts)).subscribe((draft) => out.push(draft));
  return out;
}

test("validate() lets a draft of every type through as it is", () => {
  const drafts = Object.values(sampleDrafts);
  const out = validated(...drafts);
  assert.is(out.length, drafts.length);
  out.forEach((draft, i) => assert.is(draft, drafts[i]));
});

test("validate() puts a stop in the place of a draft that does not fit, and goes on", () => {
  const { market_tick, fill, timer } = sampleDrafts;
  const cases: readonly (readonly [AnyDraft, RegExp])[] = [
    [
      { ...market_tick, payload: { ...market_tick.payload, price: 1 } } as unknown as AnyDraft,
      /^market_tick: .*price/,
    ],
    [{ ...market_tick, source: "ai_role" }, /^market_tick: source: "ai_role", expected market_role$/],
    [{ ...fill, payload: { ...fill.payload, qty: "0.1e1" } }, /^fill: .*qty/],
    [{ ...timer, type: "order" } as unknown as AnyDraft, /^order: type: "order", expected a type/],
  ];
  for (const [draft, detail] of cases) {
    const [refusal, next] = validated(draft, timer);
    assert.instance(refusal, Refusal);
    const { instead } = refusal as Refusal;
    if (instead?.type !== "stop_journal") throw new Error(`No stop for ${draft.type}`);
    assert.is(instead.payload.reason_code, "SCHEMA_INVALID");
    assert.match(instead.payload.detail, detail);
    assert.is(instead.payload.component, draft.source);
    assert.is(instead.cause, draft.cause);
    assert.is(instead.ts, draft.ts);
    assert.is(next, timer);
  }
});

test("validate() fails when a stop does not fit: nothing can be said in its place", () => {
  const { stop_journal } = sampleDrafts;
  const broken = { ...stop_journal, payload: { ...stop_journal.payload, detail: 5 } } as unknown as AnyDraft;
  let failure: Error | null = null;
  from([broken]).pipe(validate(repoContracts)).subscribe({ error: (error) => failure = error });
  assert.match(failure!.message, /^SCHEMA_INVALID in a stop_journal: stop_journal: payload\.?.*detail/);
});

test.run();
