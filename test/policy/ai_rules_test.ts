import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../src/core/event.ts";
import { adviceDraft, AI, asDraft, changed, openRepoGate } from "../support/repo_policy.ts";

/** The rules of the AI gate, through the compiled policy. */

const gate = await openRepoGate();
const codesOf = (draft: AnyDraft): readonly string[] => {
  const decision = gate.decide(AI, draft);
  return decision.allow ? [] : decision.codes;
};
const packDraft = {
  ...adviceDraft,
  type: "feature_pack",
  payload: { name: "returns", version: "1", rows: 7, content_sha256: "ab" },
};

test("AI rules allow advice and feature packs", () => {
  assert.equal(codesOf(asDraft(adviceDraft)), []);
  assert.equal(codesOf(asDraft(packDraft)), []);
});

test("AI rules forbid whatever has to do with orders, in any case, and all else that is not listed", () => {
  for (const type of ["order_intent", "order_cancel", "order_result", "ORDER_intent", "Order"]) {
    assert.equal(codesOf(changed(adviceDraft, "type", type)), ["AI_ORDER_FORBIDDEN", "AI_TYPE"], type);
  }
  for (
    const type of ["fill", "signal", "risk_action", "stop_journal", "оrder_intent", "__proto__", "", null, 7]
  ) {
    assert.equal(codesOf(changed(adviceDraft, "type", type)), ["AI_TYPE"], String(type));
  }
});

test("AI rules give the codes of the table when one field of advice is changed", () => {
  for (
    const [path, value, ...codes] of [
      ["source", "strategy_role", "AI_SOURCE"],
      ["payload/symbol", "DOGEUSDT", "AI_SYMBOL"],
      ["payload/horizon_ms", -1, "AI_HORIZON"],
      ["payload/horizon_ms", 86_400_001, "AI_HORIZON"],
      ["payload/horizon_ms", undefined, "AI_HORIZON"],
      ["payload", null, "AI_HORIZON", "AI_SYMBOL"],
    ] as const
  ) {
    assert.equal(codesOf(changed(adviceDraft, path, value)), codes, `${path} ${String(value)}`);
  }
});

test.run();
