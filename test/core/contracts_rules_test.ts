import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { contractsSha256 } from "../../src/core/contracts.ts";
import { type EventType, ROLES } from "../../src/core/event.ts";
import { formatUnits, parseQuantity, type Quantity } from "../../src/core/fixed_point.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { sampleEvents, sampleTicks } from "../support/sample_events.ts";
import { assertFits, problemOf, TYPES, withPayload } from "../support/contract_changes.ts";

test("checkPayload() refuses a source that may not write the type", () => {
  const writers: readonly (readonly [EventType, readonly string[]])[] = [
    ["market_tick", ["market_role"]],
    ["order_intent", ["risk_role"]],
    ["order_cancel", ["risk_role"]],
    ["fill", ["execution_role"]],
    ["recommendation", ["ai_role"]],
    ["operator_command", ["operator"]],
    ["policy_denial", ["watchdog_role"]],
    ["health", ["market_role", "ai_role", "watchdog_role"]],
  ];
  const everyone = [...ROLES, "operator", "", "constructor"];
  for (const [type, allowed] of writers) {
    for (const source of everyone) {
      const problem = repoContracts.checkPayload(type, source, sampleEvents[type].payload);
      assert.is(problem === null, allowed.includes(source), `${type} from ${source}: ${problem}`);
    }
  }
  assert.is(
    repoContracts.checkPayload("fill", "ai_role", {}),
    'source: "ai_role", expected execution_role',
  );
  assert.match(repoContracts.checkPayload("wish", "ai_role", {})!, /^type: "wish"/);
});

test("checkEvent() wants a cause of consequences and none of inputs", () => {
  const cause = sampleEvents.timer.id;
  for (const type of TYPES.filter((name) => repoContracts.originOf(name) === "input")) {
    assert.is(problemOf(type, { cause }), `payload.cause: "${cause}", expected no such key`);
  }
  for (const type of TYPES.filter((name) => repoContracts.originOf(name) === "derived")) {
    assert.match(problemOf(type, { cause: "7" }), 'payload.cause: "7", expected lower-case UUID v4');
  }
  for (const type of ["health", "stop_journal", "policy_denial"] as const) {
    assertFits(type, { origin: "derived", cause });
    assertFits(type, { origin: "input", cause: undefined });
    assert.is(problemOf(type, { origin: "derived", cause: undefined }), "payload.cause: missing");
    assert.match(problemOf(type, { origin: "input", cause }), /^payload.cause: .* expected no such key$/);
    assert.match(problemOf(type, { origin: "guessed" }), /^payload.origin: "guessed"/);
  }
});

test("checkEvent() holds the rules between fields of a payload", () => {
  assertFits("order_intent", { order_type: "MARKET", limit_price: undefined });
  assert.is(problemOf("order_intent", { limit_price: undefined }), "payload.limit_price: missing");
  for (const result of ["ACCEPTED", "PARTIAL", "FILLED"]) {
    assert.match(
      problemOf("order_result", { result, order_id: null }),
      "expected the venue's id of the order",
    );
  }
  assertFits("order_result", { result: "REJECTED", order_id: null, reason_code: "VENUE_REFUSED" });
  assert.match(
    problemOf("order_result", { result: "REJECTED" }),
    "expected null, because the order is REJECTED",
  );
  for (const order_id of ["1", null]) assertFits("order_result", { result: "UNKNOWN", order_id });
  for (const empty of ["strategy_id", "symbol"]) assertFits("risk_action", { [empty]: null });
});

const advice = (more: object) => ({ p_up: 0, model_id: "model_a", size_pct: 50, ...more });

test("checkEvent() accepts the ends of a range and refuses what is beyond", () => {
  const ranges: readonly (readonly [EventType, string, readonly unknown[], readonly unknown[]])[] = [
    ["signal", "score", [-1, 0, 1], [-1.01, 1.01, "1"]],
    ["signal", "confidence", [0, 1], [-0.01, 1.01]],
    [
      "signal",
      "advice",
      [undefined, advice({}), advice({ size_pct: 0 }), advice({ size_pct: 100, p_up: 1 })],
      [
        null,
        advice({ size_pct: -1 }),
        advice({ size_pct: 101 }),
        advice({ size_pct: 0.5 }),
        advice({ p_up: 1.01 }),
        advice({ model_id: "" }),
        advice({ size_pct: undefined }),
        advice({ side: "BUY" }),
      ],
    ],
    ["recommendation", "p_up", [0, 0.5, 1], [-0.01, 1.01, Infinity]],
    ["timer", "due_ts", [0, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53]],
    ["timer", "name", ["a", "a".repeat(64)], ["", "a".repeat(65)]],
    ["market_tick", "event_ts", [0, null], [-1, "5", 2 ** 53]],
    ["market_tick", "symbol", ["BTCUSDT", "BTC-USDT", "BTC_USDT"], [
      "",
      "btc",
      "A".repeat(33),
      "BTC\n",
      "BTC/USDT",
    ]],
    ["order_intent", "client_order_id", ["20261121220000-12"], [
      "20261121_220000-1",
      "20261121220000-01",
      "1",
    ]],
    ["order_intent", "facts", [{}, { a: 1, b: "x", c: true }], [{ a: null }, { a: 2 ** 53 }, { a: NaN }, {
      a: [],
    }]],
    ["signal", "reason", [{ rule: "x", deep: { a: [1] }, none: null }], [{}, { rule: "" }, {
      rule: "x",
      rsi: NaN,
    }]],
    ["policy_denial", "codes", [["A"], ["A", "B_2"]], [[], ["a"], ["A", "A"], "A"]],
    ["policy_denial", "entrypoint", ["nore/ai/decision"], ["none", "nore/../decision"]],
    ["policy_denial", "denied_type", ["fill"], ["fills"]],
    ["stop_journal", "reason_code", ["SINK_IO"], ["sink", "", "SINK IO"]],
  ];
  for (const [type, key, fits, doesNot] of ranges) {
    for (const value of fits) assertFits(type, { [key]: value });
    for (const value of doesNot) assert.match(problemOf(type, { [key]: value }), `payload.${key}`);
  }
});

test("checkEvent() takes decimals in their shortest form only", () => {
  const depth = { ...sampleTicks.depth, bid: undefined };
  const level = (price: string, qty: string) => problemOf("market_tick", { ...depth, bids: [[price, qty]] });
  assert.is(
    level("0", "1"),
    'payload.bids.0.0: "0", expected decimal string above zero, in its shortest form with at most 8 decimals',
  );
  assert.match(level("1", "1.0"), /^payload.bids.0.1: "1.0", expected decimal string, zero or more/);
  assert.match(problemOf("market_tick", { ...depth, bids: [["1"]] }), "expected pair of price and quantity");
  assert.match(problemOf("market_tick", { ...depth, bids: [["1", "1", "1"]] }), "payload.bids.0");
  const wrong = ["", "-1", "+1", "01", "1.", ".5", "1.10", "0.0", "1e3", "1,5", " 1", "1\n", "٣"];
  for (const text of [...wrong, "1.123456789", "0.000000001", "1".repeat(19)]) {
    assert.match(problemOf("fill", { price: text }), "payload.price");
    assert.match(problemOf("fill", { fee: text }), "payload.fee");
  }
  assert.match(problemOf("fill", { price: "0" }), "payload.price");
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 26n - 1n }), (units) => {
    const text = formatUnits(units as Quantity);
    assertFits("fill", { fee: text });
    assert.is(repoContracts.checkEvent(withPayload("fill", { qty: text })) === null, units > 0n);
    assert.is(parseQuantity(text), units);
  }));
});

test("checkPayload() agrees with checkEvent() on any payload", () => {
  const replacement = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom("BUY", "1", "0.5", "trade", "book", "depth", "input", "derived", "STOP", "REJECTED"),
    fc.integer(),
    fc.jsonValue(),
    fc.uuid({ version: 4 }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...TYPES),
      fc.nat(),
      fc.constantFrom("cause", ""),
      replacement,
      (type, i, key, value) => {
        const { source, payload } = sampleEvents[type];
        const keys = Object.keys(payload);
        const changed = { ...payload, [key || keys[i % keys.length]!]: value };
        assert.is(
          repoContracts.checkPayload(type, source, changed),
          repoContracts.checkEvent({ ...sampleEvents[type], payload: changed }),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

test("contractsSha256() covers each path and its bytes, in the order of paths", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const files = new Map([["schemas/b.json", bytes("b")], ["contracts.v1.yaml", bytes("r")], [
    "schemas/B.json",
    bytes("B"),
  ]]);
  const lines = `${sha256Hex("r")}  contracts.v1.yaml\n${sha256Hex("B")}  schemas/B.json\n` +
    `${sha256Hex("b")}  schemas/b.json\n`;
  assert.is(contractsSha256(files), sha256Hex(lines));
  assert.is.not(contractsSha256(new Map([...files, ["schemas/c.json", bytes("")]])), sha256Hex(lines));
});

test.run();
