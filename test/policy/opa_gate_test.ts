import { loadPolicy } from "@open-policy-agent/opa-wasm";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { gateOver, type LoadedPolicy, openGate } from "../../src/policy/opa_gate.ts";
import {
  AI,
  asDraft,
  changed,
  EGRESS,
  FILES,
  INGEST,
  intentDraft,
  type LooseDraft,
  openRepoGate,
  ORDER,
  repoPolicy,
  RUN,
  runFacts,
  SIGNAL,
  tickDraft,
} from "../support/repo_policy.ts";

const gate = await openRepoGate();

/** A gate over a policy that answers, or throws, whatever a test wants. */
function gateAnswering(answer: () => unknown): ReturnType<typeof gateOver> {
  const policy: LoadedPolicy = {
    entrypoints: { [INGEST]: 0 },
    mem: { buffer: { byteLength: 0 } },
    evaluate: answer,
  };
  return gateOver(policy, { reads: { [INGEST]: [["type"]] }, policySha256: "", manifest: runFacts });
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.instance(error, Error);
    return (error as Error).message;
  }
  throw new Error("Nothing was thrown, expected an Error");
}

test("decide() allows what policy allows", () => {
  assert.equal(gate.decide(INGEST, asDraft(tickDraft)), { allow: true });
  assert.equal(gate.decide(ORDER, asDraft(intentDraft)), { allow: true });
  assert.is(gate.policySha256, repoPolicy.policySha256);
});

test("decide() gives sorted codes and the projected input when policy denies", () => {
  const draft = changed(
    { ...intentDraft, source: "strategy_role" },
    "payload/facts/notional",
    Number.MAX_SAFE_INTEGER,
  );
  assert.equal(gate.decide(ORDER, draft), {
    allow: false,
    codes: ["ORDER_NOTIONAL", "ORDER_SOURCE"],
    input: {
      manifest: { execution: "paper", mode: "NORE", symbols: ["BTCUSDT", "ETHUSDT"], venue: "embedded" },
      payload: {
        client_order_id: "20261121220000-1",
        facts: {
          notional: Number.MAX_SAFE_INTEGER,
          orders_in_window: 3,
          price: 9_150_050_000_000,
          stopping: false,
          frozen: false,
        },
        limit_price: "91500.5",
        order_type: "LIMIT",
        qty: "0.01",
        side: "BUY",
        symbol: "BTCUSDT",
        tif: "GTC",
        venue: "embedded",
      },
      source: "strategy_role",
      type: "order_intent",
    },
  });
});

test("decide() throws when the entrypoint is unknown", () => {
  for (const name of ["nore/moon/decision", "", "toString", "__proto__"]) {
    assert.is(
      messageOf(() => gate.decide(name, asDraft(tickDraft))),
      `Unknown policy entrypoint "${name}", expected ` +
        [AI, EGRESS, FILES, INGEST, ORDER, RUN, SIGNAL].map((known) => `"${known}"`).join(", "),
    );
  }
});

test("decide() throws when policy answers with anything but a decision", () => {
  const answers: readonly unknown[] = [
    ...[undefined, null, {}, [], "[]", [{}], [null], [{ result: null }], [{ result: true }]],
    [{ result: { allow: true } }],
    [{ result: { allow: true, codes: ["CODE"] } }],
    [{ result: { allow: true, codes: {} } }],
    [{ result: { allow: "true", codes: [] } }],
    [{ result: { allow: false, codes: [] } }],
    [{ result: { allow: false, codes: [1] } }],
    [{ result: { allow: false, codes: ["B", "A"] } }],
    [{ result: { allow: false, codes: ["A", "A"] } }],
    [{ result: { allow: true, codes: [], reason: "because" } }],
    [{ result: { allow: true, codes: [] } }, { result: { allow: true, codes: [] } }],
  ];
  for (const answer of answers) {
    const message = messageOf(() => gateAnswering(() => answer).decide(INGEST, asDraft(tickDraft)));
    const expected = `Policy entrypoint "${INGEST}" answered ${JSON.stringify(answer)}, expected one `;
    assert.ok(message.startsWith(expected), message);
  }
});

test("decide() throws an Error when policy throws anything", () => {
  const rows: readonly (readonly [unknown, string])[] = [
    ["illegal argument", "illegal argument"],
    [new RangeError("out of memory"), "out of memory"],
    [{ message: "not implemented" }, '{"message":"not implemented"}'],
  ];
  for (const [thrown, detail] of rows) {
    const broken = gateAnswering(() => {
      throw thrown;
    });
    const message = messageOf(() => broken.decide(INGEST, asDraft(tickDraft)));
    assert.is(message, `Policy entrypoint "${INGEST}" failed: ${detail}`);
  }
});

test("decide() throws when the input has no room in the policy's memory, and recovers", async () => {
  const small = await openRepoGate();
  const huge = changed(tickDraft, "payload/symbol", "X".repeat(5_000_000));
  assert.match(
    messageOf(() => small.decide(INGEST, huge)),
    /^Policy entrypoint "nore\/ingest\/decision" failed: /,
  );
  assert.equal(small.decide(INGEST, asDraft(tickDraft)), { allow: true });
  assert.ok(small.memoryBytes() <= 64 * 65_536);
});

test("decide() throws when the draft holds what JSON cannot", () => {
  const message = messageOf(() => gate.decide(INGEST, changed(tickDraft, "payload/symbol", 1n)));
  assert.match(message, /^Policy entrypoint "nore\/ingest\/decision" failed: .*BigInt/);
});

test("decide() keeps the policy's memory flat over 100,000 different drafts", async () => {
  const fresh = await openRepoGate();
  const draft = structuredClone(intentDraft) as {
    payload: { client_order_id: string; facts: { notional: number } };
  };
  const allowed = (n: number): boolean => {
    draft.payload.client_order_id = `20261121220000-${n}`;
    draft.payload.facts.notional = n % 2 === 0 ? n : -n;
    return fresh.decide(ORDER, asDraft(draft as unknown as LooseDraft)).allow;
  };
  for (let n = 1; n <= 100; n++) allowed(n);
  const before = fresh.memoryBytes();
  let count = 0;
  for (let n = 1; n <= 100_000; n++) if (allowed(n)) count++;
  assert.is(count, 50_000);
  assert.is(fresh.memoryBytes(), before);
});

test("decide() agrees with an evaluation of the whole event for any draft", async () => {
  const policy = await loadPolicy(new Uint8Array(repoPolicy.wasm));
  policy.setData(repoPolicy.data as object);

  const wrong = [null, true, 0, 1, -1, 1.5, "", "1", "NORE", [], ["BTCUSDT"], {}, { a: 1 }];
  const oneOf = (...right: readonly unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...right) }, fc.constantFrom(...wrong));
  const facts = fc.record({
    notional: oneOf(1, 10_000_000_000_000, 10_000_000_000_001),
    price: oneOf(1, Number.MAX_SAFE_INTEGER),
    orders_in_window: oneOf(0, 1_000, 1_001),
    stopping: oneOf(false, true),
  }, { requiredKeys: [] });
  const payload = fc.record({
    venue: oneOf("embedded", "binance"),
    symbol: oneOf("BTCUSDT", "ETHUSDT", "DOGEUSDT"),
    price_source: oneOf("embedded", "binance"),
    kind: oneOf("trade", "book"),
    price: oneOf("1", "2"),
    side: oneOf("BUY", "SELL"),
    qty: oneOf("0.1", "0", "12.000000001"),
    order_type: oneOf("MARKET", "LIMIT"),
    limit_price: oneOf("1"),
    tif: oneOf("GTC"),
    client_order_id: oneOf("20261121220000-1", "20261121220000-0"),
    facts: fc.oneof({ weight: 12, arbitrary: facts as fc.Arbitrary<unknown> }, fc.constantFrom(...wrong)),
  }, { requiredKeys: ["venue", "symbol", "client_order_id"] });
  const draft = fc.record({
    type: oneOf("market_tick", "order_intent", "order_cancel"),
    source: oneOf("market_role", "risk_role"),
    ts: fc.integer(),
    payload: fc.oneof({ weight: 12, arbitrary: payload as fc.Arbitrary<unknown> }, fc.constantFrom(...wrong)),
  });

  fc.assert(
    fc.property(draft, (event) => {
      for (const entrypoint of [INGEST, ORDER]) {
        const [{ result }] = policy.evaluate({ manifest: runFacts, ...event }, entrypoint);
        const decision = gate.decide(entrypoint, asDraft({ ...event, cause: null }));
        assert.equal({ allow: decision.allow, codes: decision.allow ? [] : decision.codes }, result);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("decide() takes the run's facts from the manifest", async () => {
  const live = await openRepoGate({ ...runFacts, source: "binance", venue: "binance", prices: "live" });
  const decision = live.decide(INGEST, asDraft(tickDraft));
  assert.equal(decision.allow ? [] : decision.codes, ["INGEST_PRICE_SOURCE", "INGEST_VENUE"]);
});

test("openGate() refuses a policy that it cannot load", async () => {
  const options = { ...repoPolicy, manifest: runFacts };
  const rows = [
    [{ ...options, wasm: new Uint8Array([0, 97, 115]) }, /^Policy cannot be loaded: /],
    [{ ...options, data: { big: "x".repeat(5_000_000) } }, /^Policy cannot be loaded: /],
    [
      { ...options, reads: { "nore/moon/decision": [["type"]] } },
      /^Policy has no entrypoint "nore\/moon\/decision", it has "nore/,
    ],
    [{ ...options, reads: { [INGEST]: [["cause"]] } }, /^Policy reads the input field "cause"/],
  ] as const;
  for (const [wrong, expected] of rows) {
    try {
      await openGate(wrong);
    } catch (error) {
      assert.instance(error, Error);
      assert.match((error as Error).message, expected);
      continue;
    }
    assert.unreachable(`${expected} was expected`);
  }
});

test.run();
