import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Lifecycle, PolicyDigests } from "../../src/core/event.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import { isSwitching, switchingGate } from "../../src/policy/switching_gate.ts";
import { asDraft, tickDraft } from "../support/repo_policy.ts";

const digests = (letter: string): PolicyDigests => ({
  policy_sha256: letter.repeat(64),
  policy_data_sha256: "0".repeat(64),
});
const step = (what: Lifecycle["what"], letter?: string): Lifecycle => ({
  what,
  detail: "",
  ...(letter === undefined ? {} : { policy: digests(letter) }),
});

function gateNamed(letter: string): PolicyGate {
  const tally = { decisions: 0, evaluations: 1 };
  return {
    policySha256: letter.repeat(64),
    tally,
    decide() {
      tally.decisions++;
      return { allow: false, codes: [letter.toUpperCase()], input: {} };
    },
  };
}

function opened() {
  const gate = switchingGate(digests("a"), gateNamed("a"));
  gate.add(digests("b"), gateNamed("b"));
  const decides = () => {
    const decision = gate.decide("nore/ingest/decision", asDraft(tickDraft));
    return decision.allow ? "" : decision.codes.join();
  };
  return { gate, decides };
}

test("switchingGate() goes on with the first policy until the log says otherwise", () => {
  const { gate, decides } = opened();
  assert.is(decides(), "A");
  for (const what of ["started", "resumed", "torn_tail", "role_restarted", "ended"] as const) {
    gate.follow!(step(what));
    assert.equal([decides(), gate.policySha256, gate.inForce], ["A", "a".repeat(64), digests("a")], what);
  }
});

test("switchingGate() puts the policy in force that the log names, and goes back to the first where a log begins", () => {
  const { gate, decides } = opened();
  gate.follow!(step("policy_reloaded", "b"));
  assert.equal([decides(), gate.policySha256, gate.inForce], ["B", "b".repeat(64), digests("b")]);
  gate.follow!(step("policy_reloaded", "a"));
  assert.is(decides(), "A");
  gate.follow!(step("policy_reloaded", "b"));
  gate.follow!(step("started"));
  assert.is(decides(), "A");
});

test("switchingGate() throws for a policy that it does not have, and stays with the one in force", () => {
  const { gate, decides } = opened();
  assert.throws(() => gate.follow!(step("policy_reloaded", "c")), /^The log puts policy c{64} in force/);
  assert.throws(() => gate.follow!(step("policy_reloaded")), /^The log puts policy undefined in force/);
  const otherData = { ...digests("b"), policy_data_sha256: "1".repeat(64) };
  assert.throws(() => gate.follow!({ ...step("policy_reloaded"), policy: otherData }), /which this process/);
  assert.is(decides(), "A");
});

test("switchingGate() counts what all its policies were asked", () => {
  const { gate, decides } = opened();
  decides();
  gate.follow!(step("policy_reloaded", "b"));
  decides();
  assert.equal(gate.tally, { decisions: 2, evaluations: 2 });
});

test("switchingGate() keeps a policy that it has, with what that was asked", () => {
  const { gate, decides } = opened();
  decides();
  gate.add(digests("a"), gateNamed("c"));
  gate.follow!(step("policy_reloaded", "a"));
  assert.is(decides(), "A");
  assert.is(gate.tally!.decisions, 2);
});

test("isSwitching() tells such a gate from one that has a single policy", () => {
  assert.is(isSwitching(opened().gate), true);
  assert.is(isSwitching(gateNamed("a")), false);
});

test.run();
