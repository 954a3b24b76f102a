import { from } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, EventType } from "../../../src/core/event.ts";
import type { Decision, PolicyGate } from "../../../src/core/ports.ts";
import { enforcePolicy } from "../../../src/streams/operators/enforce_policy.ts";
import { Refusal } from "../../../src/streams/operators/refusal.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

const POLICY_SHA256 = "ef".repeat(32);
const DENY: Decision = { allow: false, codes: ["A", "B"], input: { type: "x" } };

interface Asked {
  readonly entrypoint: string;
  readonly draft: Parameters<PolicyGate["decide"]>[1];
}

function gateOf(decide: () => Decision): PolicyGate & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    policySha256: POLICY_SHA256,
    asked,
    decide(entrypoint, draft) {
      asked.push({ entrypoint, draft });
      return decide();
    },
  };
}

function enforced(gate: PolicyGate, ...drafts: readonly (AnyDraft | Refusal)[]): (AnyDraft | Refusal)[] {
  const out: (AnyDraft | Refusal)[] = [];
  from(drafts).pipe(enforcePolicy(gate, repoContracts)).subscribe((draft) => out.push(draft));
  return out;
}

/** What is said in the place of one refused draft. */
function insteadOf(gate: PolicyGate, draft: AnyDraft): AnyDraft {
  const [refusal] = enforced(gate, draft);
  assert.instance(refusal, Refusal);
  const { instead } = refusal as Refusal;
  assert.ok(instead);
  assert.is(repoContracts.checkPayload(instead!.type, instead!.source, instead!.payload), null);
  return instead!;
}

const GATED: readonly (readonly [EventType, string])[] = [
  ["market_tick", "nore/ingest/decision"],
  ["order_intent", "nore/order/decision"],
  ["order_cancel", "nore/order/decision"],
  ["signal", "nore/signal/decision"],
  ["recommendation", "nore/ai/decision"],
  ["feature_pack", "nore/ai/decision"],
];

test("enforcePolicy() asks the entrypoint of the draft's type and lets through what is allowed", () => {
  for (const [type, entrypoint] of GATED) {
    const gate = gateOf(() => ({ allow: true }));
    const [out] = enforced(gate, sampleDrafts[type]);
    assert.is(out, sampleDrafts[type]);
    assert.equal(gate.asked, [{ entrypoint, draft: sampleDrafts[type] }]);
  }
});

test("enforcePolicy() lets types without an entrypoint through unasked", () => {
  const gate = gateOf(() => DENY);
  const gated = new Set(GATED.map(([type]) => type));
  const drafts = Object.values(sampleDrafts).filter(({ type }) => !gated.has(type));
  const out = enforced(gate, ...drafts);
  assert.is(out.length, 9);
  out.forEach((draft, i) => assert.is(draft, drafts[i]));
  assert.equal(gate.asked, []);
});

test("enforcePolicy() puts a denial of origin input in the place of a denied input", () => {
  const tick = sampleDrafts.market_tick;
  assert.equal(insteadOf(gateOf(() => DENY), tick), {
    type: "policy_denial",
    source: "watchdog_role",
    ts: tick.ts,
    cause: null,
    payload: {
      entrypoint: "nore/ingest/decision",
      codes: ["A", "B"],
      policy_sha256: POLICY_SHA256,
      input: { type: "x" },
      origin: "input",
      denied_type: "market_tick",
    },
  });
});

test("enforcePolicy() names cause, strategy and order in the denial of an order", () => {
  const intent = sampleDrafts.order_intent;
  assert.equal(insteadOf(gateOf(() => DENY), intent), {
    type: "policy_denial",
    source: "watchdog_role",
    ts: intent.ts,
    cause: intent.cause,
    payload: {
      entrypoint: "nore/order/decision",
      codes: ["A", "B"],
      policy_sha256: POLICY_SHA256,
      input: { type: "x" },
      origin: "derived",
      denied_type: "order_intent",
      strategy_id: "reversion",
      client_order_id: "20261121220000-1",
      cause: intent.cause,
    },
  });
});

test("enforcePolicy() stops the night when the gate throws, gives nothing or something else", () => {
  const cases: readonly (readonly [() => Decision, RegExp])[] = [
    [() => {
      throw new Error("out of memory");
    }, /^nore\/order\/decision: out of memory$/],
    [() => {
      throw "trap"; // as opa-wasm does
    }, /^nore\/order\/decision: trap$/],
    [() => undefined as unknown as Decision, /^nore\/order\/decision: .*undefined/],
    [() => null as unknown as Decision, /^nore\/order\/decision: .*null/],
  ];
  for (const [decide, detail] of cases) {
    const stop = insteadOf(gateOf(decide), sampleDrafts.order_intent);
    if (stop.type !== "stop_journal") throw new Error(`A ${stop.type} where a stop was wanted`);
    assert.is(stop.payload.reason_code, "POLICY_ERROR");
    assert.match(stop.payload.detail, detail);
    assert.is(stop.payload.origin, "derived");
    assert.is(stop.cause, sampleDrafts.order_intent.cause);
  }
});

test("enforcePolicy() permits nothing but a plain true", () => {
  const answers: readonly unknown[] = [
    {},
    { allow: undefined },
    { allow: null },
    { allow: 1 },
    { allow: "false" },
    { allow: {} },
    [],
    "allow",
    true,
  ];
  for (const answer of answers) {
    const [out] = enforced(gateOf(() => answer as Decision), sampleDrafts.order_intent);
    assert.instance(out, Refusal, JSON.stringify(answer));
  }
});

test("enforcePolicy() hands refusals on unasked, and goes on behind them", () => {
  const gate = gateOf(() => ({ allow: true }));
  const refusal = new Refusal(sampleDrafts.stop_journal);
  const out = enforced(gate, refusal, sampleDrafts.market_tick);
  assert.is(out[0], refusal);
  assert.is(out[1], sampleDrafts.market_tick);
  assert.is(gate.asked.length, 1);
});

test.run();
