import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PolicyDenial } from "../../../src/core/event.ts";
import {
  adviceDraft,
  type AiInput,
  deniedDraft,
  healthDraft,
  restartedDraft,
  stopDraft,
} from "../../../src/streams/ai/ai_drafts.ts";
import { repoContracts } from "../../support/repo_contracts.ts";

const HASH = "ab".repeat(32);
const DENIAL: PolicyDenial = {
  entrypoint: "nore/ai/decision",
  codes: ["AI_ORDER"],
  policy_sha256: HASH,
  input: {},
  origin: "input",
  denied_type: "ai_message",
};
const recommendation = {
  type: "recommendation",
  payload: { symbol: "BTCUSDT", horizon_ms: 1000, p_up: 0.5, model_id: "online" },
} as const;
const pack = {
  type: "feature_pack",
  payload: { name: "direction", version: "1", rows: 1, content_sha256: HASH },
  rows: [[1, 0, 1]],
} as const;
const snapshot = { what: "trained", n: 1, model_sha256: HASH, dataset_sha256: HASH } as const;

const ALL: readonly AiInput[] = [
  adviceDraft(recommendation, 5),
  adviceDraft(pack, 5),
  healthDraft(5, { state: "UP", uptime_s: 1, dropped: 0, detail: "linux_namespaces" }),
  healthDraft(5, { state: "DOWN", uptime_s: 1, off: true }),
  healthDraft(5, { state: "UP", uptime_s: 1, detail: "snapshot 1", snapshot }),
  restartedDraft(5, 2),
  deniedDraft(DENIAL, 5),
  stopDraft("AI_BOUNDARY", "an order", 5),
];

test("drafts of the AI process are what the contracts know, and inputs at their time", () => {
  for (const { type, source, ts, cause, payload } of ALL) {
    assert.is(repoContracts.checkPayload(type, source, payload), null, `${type}: ${JSON.stringify(payload)}`);
    assert.equal([ts, cause], [5, null]);
  }
});

test("adviceDraft() holds the payload alone", () => {
  const line = { ...pack, more: "for the host" };
  assert.equal(Object.keys(adviceDraft(line, 5)), ["type", "source", "ts", "cause", "payload"]);
  assert.is(adviceDraft(line, 5).payload, pack.payload);
  assert.equal([adviceDraft(line, 5).source, adviceDraft(recommendation, 5).source], ["ai_role", "ai_role"]);
});

test("healthDraft() is the AI's own word, and speaks of no other role", () => {
  const { payload } = healthDraft(5, { state: "DEGRADED", uptime_s: 2, dropped: 7 });
  assert.equal(payload, { role: "ai_role", state: "DEGRADED", uptime_s: 2, origin: "input", dropped: 7 });
});

test("restartedDraft() and stopDraft() name the role", () => {
  const { payload } = restartedDraft(5, 2);
  assert.equal(payload, { what: "role_restarted", detail: "ai_role: restart 2", role: "ai_role" });
  const { payload: stop } = stopDraft("AI_BOUNDARY", "an order", 5);
  assert.equal(stop, {
    component: "ai_role",
    reason_code: "AI_BOUNDARY",
    detail: "an order",
    origin: "input",
  });
});

test.run();
