import fc from "fast-check";
import { from } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../../src/core/event.ts";
import { keepTimeOrder } from "../../../src/streams/operators/keep_time_order.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

function at(ts: number): AnyDraft {
  return { ...sampleDrafts.timer, ts };
}

function ordered(drafts: readonly AnyDraft[], keep = keepTimeOrder()): AnyDraft[] {
  const out: AnyDraft[] = [];
  from(drafts).pipe(keep).subscribe((draft) => out.push(draft));
  return out;
}

test("keepTimeOrder() lifts a draft that is before the latest one to its time, and nothing else", () => {
  const out = ordered([5, 5, 7, 3, 6, 8].map(at));
  assert.equal(out.map(({ ts }) => ts), [5, 5, 7, 7, 7, 8]);
  assert.equal(out[3], { ...at(3), ts: 7 });
});

test("keepTimeOrder() gives each draft the latest time so far", () => {
  fc.assert(fc.property(fc.array(fc.nat()), (times) => {
    const latest = times.map((_, i) => Math.max(...times.slice(0, i + 1)));
    assert.equal(ordered(times.map(at)).map(({ ts }) => ts), latest);
  }));
});

test("keepTimeOrder() hands on the very draft where its time is in order", () => {
  const drafts = [at(1), at(1), at(2)];
  ordered(drafts).forEach((draft, i) => assert.is(draft, drafts[i]));
});

test("keepTimeOrder() never changes the draft that it was given", () => {
  const early = Object.freeze(at(1));
  assert.equal(ordered([at(2), early]).map(({ ts }) => ts), [2, 2]);
  assert.is(early.ts, 1);
});

test("keepTimeOrder() begins anew for each subscriber", () => {
  const keep = keepTimeOrder();
  ordered([at(9)], keep);
  assert.equal(ordered([at(1)], keep).map(({ ts }) => ts), [1]);
});

test.run();
