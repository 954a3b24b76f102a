import { test } from "uvu";
import * as assert from "uvu/assert";
import { denialDraft, judgeAct } from "../../src/policy/acts.ts";
import { EGRESS, openRepoGate } from "../support/repo_policy.ts";
import { repoContracts } from "../support/repo_contracts.ts";

const gate = await openRepoGate();
const DIAL = { scheme: "wss", host: "data-stream.binance.vision", port: 443, verb: "GET" };

test("judgeAct() lets be done what policy allows, and gives its denial as the log takes it", () => {
  assert.is(judgeAct(gate, "dial", DIAL), null);
  const denied = judgeAct(gate, "dial", { ...DIAL, host: "example.com" });
  assert.equal(denied, {
    entrypoint: EGRESS,
    policy_sha256: gate.policySha256,
    origin: "input",
    denied_type: "dial",
    codes: ["EGRESS_HOST"],
    input: { manifest: { mode: "NORE" }, payload: { ...DIAL, host: "example.com" }, type: "dial" },
  });
});

test("judgeAct() denies where the gate gives no answer", () => {
  const throwing = {
    ...gate,
    decide: () => {
      throw new Error("no memory");
    },
  };
  const denied = judgeAct(throwing, "write", {})!;
  assert.equal([denied.codes, denied.input], [["POLICY_ERROR"], { detail: "no memory" }]);
});

test("denialDraft() is an input that the contract takes, for every act", () => {
  for (const act of ["start", "dial", "write"] as const) {
    const draft = denialDraft(judgeAct(gate, act, {})!, 1000);
    assert.equal([draft.ts, draft.cause, draft.source], [1000, null, "watchdog_role"]);
    assert.is(repoContracts.checkPayload(draft.type, draft.source, draft.payload), null);
  }
});

test.run();
