import { test } from "uvu";
import * as assert from "uvu/assert";
import { AI_READS, modelIdOf, PROBE_ATTEMPTS, UNPROVEN_MODEL } from "../../src/core/ai_mail.ts";

test("the AI may see ticks, signals and fills, and nothing that could be taken for an order", () => {
  assert.equal([...AI_READS], ["market_tick", "signal", "fill"]);
});

test("modelIdOf() names a model by its digest, and never as what is not proven", () => {
  const id = modelIdOf("0123456789abcdef".repeat(4));
  assert.is(id, "model_0123456789abcdef");
  assert.is.not(id, UNPROVEN_MODEL);
});

test("each thing that an isolated process tries has a name of its own", () => {
  assert.is(new Set(PROBE_ATTEMPTS).size, PROBE_ATTEMPTS.length);
});

test.run();
