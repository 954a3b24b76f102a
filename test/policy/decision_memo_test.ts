import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Decision } from "../../src/core/ports.ts";
import { type DecisionMemo, decisionMemo } from "../../src/policy/decision_memo.ts";
import { projectionOf } from "../../src/policy/projection.ts";
import {
  asDraft,
  changed,
  intentDraft,
  type LooseDraft,
  runFacts,
  tickDraft,
} from "../support/repo_policy.ts";

const READS = [["manifest", "venue"], ["payload", "a"], ["payload", "b", "c"], ["source"], ["type"]];
const projection = projectionOf(READS, runFacts);

interface Counted {
  readonly memo: DecisionMemo;
  evaluations(): number;
}

/** Denies everything, so that each decision shows the input that it was made for. */
function counted(valuesMax = 1_000): Counted {
  let evaluations = 0;
  const evaluate = (input: unknown): Decision => {
    evaluations++;
    return { allow: false, codes: ["NO"], input };
  };
  return { memo: decisionMemo({ projection, evaluate, valuesMax }), evaluations: () => evaluations };
}

/** Values that careless keys take for each other. */
const awkward = fc.constantFrom<unknown>(
  ...["", "1", "null", "undefined", "true", "a", "a,b", "s1:a", "[]", "{}", '{"c":"a"}', "\u0000", "\ud800"],
  ...[0, 1, -0, 1.5, NaN, true, false, null, undefined],
  ...[[], ["a"], {}, { c: "a" }, { c: 1 }, { c: null }],
);
const drafts: fc.Arbitrary<LooseDraft> = fc.record({
  type: awkward,
  source: awkward,
  ts: fc.integer(),
  cause: fc.constant(null),
  payload: fc.oneof(awkward, fc.record({ a: awkward, b: fc.oneof(awkward, fc.record({ c: awkward })) })),
});

test("decide() never gives one projection the answer of another", () => {
  fc.assert(
    fc.property(
      fc.array(drafts, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 0, max: 40 }),
      (all, max) => {
        const { memo } = counted(max);
        for (const draft of [...all, ...all]) {
          const decision = memo.decide(asDraft(draft));
          const expected = projection.inputOf(asDraft(draft));
          assert.is(decision.allow, false);
          if (!decision.allow) assert.is(JSON.stringify(decision.input), JSON.stringify(expected));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("decide() evaluates once when nothing that is read differs", () => {
  const { memo, evaluations } = counted();
  const first = memo.decide(asDraft(tickDraft));
  for (const price of ["1", "2", "3"]) {
    assert.is(memo.decide(changed(tickDraft, "payload/price", price)), first);
  }
  assert.is(memo.decide(changed(tickDraft, "ts", 1)), first);
  assert.is(evaluations(), 1);
});

test("decide() evaluates again when a field that is read differs, is null or is missing", () => {
  const { memo, evaluations } = counted();
  for (const value of ["x", "y", null, undefined, 1, "1", true]) {
    memo.decide(changed(tickDraft, "payload/a", value));
  }
  assert.is(evaluations(), 7);
});

test("decide() evaluates each time when a field that is read holds an object", () => {
  const { memo, evaluations } = counted();
  const draft = changed(tickDraft, "payload/a", ["x"]);
  memo.decide(draft);
  memo.decide(draft);
  assert.is(evaluations(), 2);
  assert.is(memo.size(), 0);
});

test("decide() stays within its bound and answers right when it has forgotten", () => {
  const { memo, evaluations } = counted(100);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 1_000; i++) {
      const decision = memo.decide(changed(intentDraft, "payload/a", i));
      assert.equal(decision.allow === false && (decision.input as { payload: unknown }).payload, { a: i });
      assert.ok(memo.size() <= 100, `holds ${memo.size()} values`);
    }
  }
  assert.is(evaluations(), 2_000);
});

test("decide() remembers nothing when the evaluation throws", () => {
  let calls = 0;
  const evaluate = (): Decision => {
    if (calls++ === 0) throw new Error("broken");
    return { allow: true };
  };
  const memo = decisionMemo({ projection, evaluate, valuesMax: 100 });
  assert.throws(() => memo.decide(asDraft(tickDraft)), "broken");
  assert.equal(memo.decide(asDraft(tickDraft)), { allow: true });
});

test.run();
