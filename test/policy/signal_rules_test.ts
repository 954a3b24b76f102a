import { test } from "uvu";
import * as assert from "uvu/assert";
import { asDraft, changed, openRepoGate, runFacts, SIGNAL, signalDraft } from "../support/repo_policy.ts";

/** The rules of the signal gate, through the compiled policy. */

const gate = await openRepoGate();
const DAY_MS = 86_400_000;

test("signal rules allow a signal that is in order, and look at no score", () => {
  assert.equal(gate.decide(SIGNAL, asDraft(signalDraft)), { allow: true });
  assert.equal(gate.decide(SIGNAL, changed(signalDraft, "payload/score", Number.NaN)), { allow: true });
});

test("signal rules give the codes of the table when one field of a signal is changed", () => {
  for (
    const [path, value, ...codes] of [
      ["type", "fill", "SIGNAL_MALFORMED"],
      ["source", "ai_role", "SIGNAL_SOURCE"],
      ["source", undefined, "SIGNAL_SOURCE"],
      ["payload/symbol", "DOGEUSDT", "SIGNAL_SYMBOL"],
      ["payload/side", "HOLD", "SIGNAL_SIDE"],
      ["payload/horizon_ms", DAY_MS + 1, "SIGNAL_HORIZON"],
      ["payload/horizon_ms", Number.NaN, "SIGNAL_HORIZON"],
      ["payload/horizon_ms", "1", "SIGNAL_HORIZON"],
      ["payload", "all of it", "SIGNAL_HORIZON", "SIGNAL_SIDE", "SIGNAL_SYMBOL"],
    ] as const
  ) {
    const decision = gate.decide(SIGNAL, changed(signalDraft, path, value));
    assert.equal(decision.allow ? [] : decision.codes, codes, `${path} ${String(value)}`);
  }
});

test("signal rules deny in a mode that has none", async () => {
  const other = await openRepoGate({ ...runFacts, mode: "LIVE" as "NORE" });
  const decision = other.decide(SIGNAL, asDraft(signalDraft));
  assert.equal(decision.allow ? [] : decision.codes, ["SIGNAL_HORIZON", "SIGNAL_MODE"]);
});

test.run();
