import { test } from "uvu";
import * as assert from "uvu/assert";
import { stopDraft } from "../../../src/streams/operators/stop_draft.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

test("stopDraft() is an input where the refused draft was one", () => {
  const refused = sampleDrafts.market_tick;
  assert.equal(stopDraft(refused, "SCHEMA_INVALID", "price is missing"), {
    type: "stop_journal",
    source: "watchdog_role",
    ts: refused.ts,
    cause: null,
    payload: {
      component: "market_role",
      reason_code: "SCHEMA_INVALID",
      detail: "price is missing",
      origin: "input",
    },
  });
});

test("stopDraft() follows from the cause of the refused draft where that had one", () => {
  const refused = sampleDrafts.order_intent;
  assert.ok(refused.cause);
  assert.equal(stopDraft(refused, "POLICY_ERROR", "unreachable"), {
    type: "stop_journal",
    source: "watchdog_role",
    ts: refused.ts,
    cause: refused.cause,
    payload: {
      component: "risk_role",
      reason_code: "POLICY_ERROR",
      detail: "unreachable",
      origin: "derived",
      cause: refused.cause,
    },
  });
});

test("stopDraft() fits its schema for every type that can be refused", () => {
  for (const refused of Object.values(sampleDrafts).filter(({ type }) => type !== "stop_journal")) {
    const { type, source, payload } = stopDraft(refused, "SCHEMA_INVALID", "…");
    assert.is(repoContracts.checkPayload(type, source, payload), null, refused.type);
  }
});

test("stopDraft() throws when a stop is refused", () => {
  assert.throws(
    () => stopDraft(sampleDrafts.stop_journal, "SCHEMA_INVALID", "detail is missing"),
    (error: Error) => error.message === "SCHEMA_INVALID in a stop_journal: detail is missing",
  );
});

test.run();
