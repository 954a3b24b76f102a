import { test } from "uvu";
import * as assert from "uvu/assert";
import { AI_READS, modelIdOf, PROBE_ATTEMPTS, UNPROVEN_MODEL } from "../../src/core/ai_mail.ts";
import { ROLES } from "../../src/core/event.ts";

test("modelIdOf() names a model by the start of its hash, and never as one that is unproven", () => {
  const id = modelIdOf("0123456789abcdef".repeat(4));
  assert.is(id, "model_0123456789abcdef");
  assert.is.not(id, UNPROVEN_MODEL);
});

test("AI_READS holds no type that says what the night is about to do", () => {
  assert.equal(AI_READS.filter((type) => /^(?:order_|risk_|operator_|policy_|stop_)/.test(type)), []);
  assert.ok(ROLES.includes("ai_role"));
});

test("PROBE_ATTEMPTS holds each way out once", () => {
  assert.is(new Set(PROBE_ATTEMPTS).size, PROBE_ATTEMPTS.length);
});

test.run();
