import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileContracts, type Contract, contractsSha256, parseRegistry } from "../../src/core/contracts.ts";
import { type EventType, ROLES } from "../../src/core/event.ts";
import { formatUnits, parseQuantity, type Quantity } from "../../src/core/fixed_point.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { REGISTRY_TEXT, repoContracts, repoRegistry, repoSchemas } from "../support/repo_contracts.ts";
import { sampleEvents, sampleTicks } from "../support/sample_events.ts";

type Fields = Record<string, unknown>;
const TYPES = Object.keys(sampleEvents) as EventType[];
const ENVELOPE = ["schema", "v", "ts", "id", "source", "type", "run_id", "cmdline_hash", "payload"];
const order = ["venue", "strategy_id", "symbol", "client_order_id"];

/** What a reader may rely on in each payload, written down a second time. */
const PAYLOAD_MINIMUM: Readonly<Record<EventType, readonly string[]>> = {
  market_tick: ["venue", "symbol", "price", "price_source", "kind", "event_ts"],
  signal: ["strategy_id", "symbol", "side", "score", "confidence", "horizon_ms", "reason", "cause"],
  risk_action: ["strategy_id", "symbol", "action", "reason_code", "cause"],
  order_intent: [...order, "side", "qty", "order_type", "facts", "cause"],
  order_cancel: [...order, "facts", "cause"],
  order_result: [...order, "order_id", "result", "filled_qty", "cause"],
  fill: [...order, "order_id", "side", "qty", "price", "fee", "fee_asset", "liquidity", "model", "cause"],
  health: ["role", "state", "uptime_s", "origin"],
  stop_journal: ["component", "reason_code", "detail", "origin"],
  recommendation: ["symbol", "horizon_ms", "p_up", "model_id"],
  feature_pack: ["name", "version", "rows", "content_sha256"],
  policy_denial: ["entrypoint", "codes", "policy_sha256", "input", "origin", "denied_type"],
  operator_command: ["command", "reason"],
  timer: ["name", "due_ts"],
  lifecycle: ["what", "detail"],
};

function without(object: object, key: string): Fields {
  const { [key]: _, ...rest } = object as Fields;
  return rest;
}
function withPayload(type: EventType, changes: Fields): Fields {
  return { ...sampleEvents[type], payload: { ...sampleEvents[type].payload, ...changes } };
}
function problemOf(type: EventType, changes: Fields): string {
  const problem = repoContracts.checkEvent(withPayload(type, changes));
  assert.is.not(problem, null, `${type} ${JSON.stringify(changes)} was accepted`);
  return problem!;
}
function assertFits(type: EventType, changes: Fields): void {
  assert.is(repoContracts.checkEvent(withPayload(type, changes)), null);
}

test("parseRegistry() binds each type to its queue, policy rule and origin", () => {
  const rows = [...repoRegistry].map(([type, { queue, entrypoint, origin }]) =>
    [type, queue, entrypoint ?? "none", origin].join(" ")
  );
  assert.equal(rows, [
    "market_tick market_ticks nore/ingest/decision input",
    "signal signals none derived",
    "risk_action risk_actions none derived",
    "order_intent order_intents nore/order/decision derived",
    "order_cancel order_intents nore/order/decision derived",
    "order_result order_results none derived",
    "fill fills none derived",
    "health health none stated",
    "stop_journal stop_journal none stated",
    "recommendation recommendations none input",
    "feature_pack feature_packs none input",
    "policy_denial policy_denials none stated",
    "operator_command operator_commands none input",
    "timer timers none input",
    "lifecycle lifecycle none input",
  ]);
  for (const [type, { schema }] of repoRegistry) assert.is(schema, `schemas/${type}.v1.schema.json`);
});

test("parseRegistry() names the fault of a registry that is not whole", () => {
  const faults: readonly (readonly [string, string, string])[] = [
    ["    queue: fills\n", "", "types.fill.queue: missing"],
    ["    entrypoint: nore/ingest/decision\n", "", "types.market_tick.entrypoint: missing"],
    [
      "entrypoint: nore/ingest/decision",
      "entrypoint: ingest",
      'expected "nore/<package>/decision" or "none"',
    ],
    ["  fill:\n", "  fils:\n", 'types.fils: unknown key, did you mean "fill"'],
    ["  fill:\n", "  filling:\n", "types.fill: missing"],
    ["  fill:\n", "  signal:\n", "Map keys must be unique"],
    ["queue: fills", "queue: fils", 'types.fill.queue: "fils", expected one of "market_ticks"'],
    ["queue: fills", "queue: signals", "types: no type is bound to fills"],
    ["queue: fills", "queu: fills", 'types.fill.queu: unknown key, did you mean "queue"'],
    ["origin: derived", "origin: guessed", 'expected one of "input", "derived", "stated"'],
    ["schema: schemas/fill", "schema: schemas/../fill", "types.fill.schema"],
    ["v: 1", "v: 2", "v: 2, expected 1"],
    [REGISTRY_TEXT, "", "the whole: null, expected object"],
  ];
  for (const [from, to, message] of faults) {
    assert.throws(
      () => parseRegistry(REGISTRY_TEXT.replace(from, to)),
      (error: Error) => error.message.includes(message),
      `${from} → ${to}`,
    );
  }
});

test("compileContracts() throws when a schema is missing, broken or another type's", () => {
  const path = "schemas/fill.v1.schema.json";
  const text = repoSchemas.get(path)!;
  const faults: readonly (readonly [string | null, RegExp])[] = [
    [null, /No schema "schemas\/fill.v1.schema.json" for events of type "fill"/],
    ["{", /Schema "schemas\/fill.v1.schema.json": .*JSON/],
    [repoSchemas.get("schemas/timer.v1.schema.json")!, /is of type "timer", expected "fill"/],
    ["{}", /is of type undefined, expected "fill"/],
    [text.replace('"enum": ["execution_role"]', '"const": "execution_role"'), /no list of sources/],
    [text.replace('"pattern"', '"patern"'), /strict mode: unknown keyword: "patern"/],
    [text.replace('"$id": "urn:nore:fill:v1",', ""), /no \$id/],
  ];
  for (const [changed, message] of faults) {
    const schemas = new Map(repoSchemas);
    if (changed === null) schemas.delete(path);
    else schemas.set(path, changed);
    assert.throws(() => compileContracts(repoRegistry, schemas), message);
  }
});

test("Contracts tell queue, policy rule and origin, and throw for a type without a contract", () => {
  assert.is(repoContracts.types.length, 15);
  assert.is(repoContracts.queueOf("order_cancel"), "order_intents");
  assert.is(repoContracts.entrypointOf("market_tick"), "nore/ingest/decision");
  assert.is(repoContracts.entrypointOf("signal"), null);
  assert.is(repoContracts.originOf("health"), "stated");
  assert.throws(() => repoContracts.queueOf("constructor"), /No contract for events of type "constructor"/);
  assert.throws(() => repoContracts.entrypointOf("wish"), /No contract/);
  assert.throws(() => repoContracts.originOf("wish"), /No contract/);
});

test("each schema stands alone and is accepted in strict mode", () => {
  for (const [type, { schema }] of repoRegistry as ReadonlyMap<EventType, Contract>) {
    const check = new Ajv2020({ strict: true }).compile(JSON.parse(repoSchemas.get(schema)!));
    assert.ok(check(sampleEvents[type]), type);
  }
});

test("checkEvent() and checkPayload() accept a valid event of every type", () => {
  for (const type of TYPES) {
    const { source, payload } = sampleEvents[type];
    assert.is(repoContracts.checkEvent(sampleEvents[type]), null, type);
    assert.is(repoContracts.checkPayload(type, source, payload), null, type);
  }
  for (const tick of Object.values(sampleTicks)) {
    assert.is(repoContracts.checkPayload("market_tick", "market_role", tick), null);
  }
});

test("checkEvent() names each required field when it is missing", () => {
  for (const type of TYPES) {
    const event = sampleEvents[type];
    for (const key of ENVELOPE.filter((name) => name !== "type")) {
      assert.is(repoContracts.checkEvent(without(event, key)), `${key}: missing`);
    }
    for (const key of PAYLOAD_MINIMUM[type]) {
      const payload = without(event.payload, key);
      assert.is(repoContracts.checkEvent({ ...event, payload }), `payload.${key}: missing`, type);
    }
  }
});

test("checkPayload() names each field of a tick's kind when it is missing", () => {
  const fields = {
    trade: ["qty", "trade_id"],
    book: ["bid", "ask", "bid_qty", "ask_qty", "update_id"],
    depth: ["first_update_id", "last_update_id", "bids", "asks"],
  } as const;
  for (const kind of ["trade", "book", "depth"] as const) {
    for (const key of fields[kind]) {
      const payload = without(sampleTicks[kind], key);
      assert.is(
        repoContracts.checkPayload("market_tick", "market_role", payload),
        `payload.${key}: missing`,
      );
    }
  }
});

test("checkEvent() refuses a value of another kind in every field", () => {
  const samples: readonly Fields[] = [
    ...TYPES.map((type) => sampleEvents[type] as unknown as Fields),
    ...Object.values(sampleTicks).map((payload) => ({ ...sampleEvents.market_tick, payload })),
  ];
  for (const sample of samples) {
    for (const key of ENVELOPE) {
      assert.is.not(repoContracts.checkEvent({ ...sample, [key]: [] }), null, `${sample["type"]}.${key}`);
    }
    for (const key of Object.keys(sample["payload"] as Fields).filter((name) => name !== "input")) {
      for (const wrong of [{ "": null }, true, -1.5, NaN]) {
        const payload = { ...(sample["payload"] as Fields), [key]: wrong };
        const problem = repoContracts.checkEvent({ ...sample, payload });
        assert.match(String(problem), `payload.${key}`, `${sample["type"]}.${key} = ${String(wrong)}`);
      }
    }
  }
});

test("checkEvent() refuses further fields in the envelope and accepts them in the payload", () => {
  for (const type of TYPES) {
    assert.is(
      repoContracts.checkEvent({ ...sampleEvents[type], note: "x" }),
      "note: unknown key, expected one of " +
        "schema, v, ts, ts_iso, id, source, type, run_id, cmdline_hash, payload",
    );
    assertFits(type, { note: { anything: [1, null] } });
  }
});

test("checkEvent() refuses an envelope that is not the contract's", () => {
  const faults: readonly (readonly [Fields, string])[] = [
    [{ schema: "nore/timer" }, 'schema: "nore/timer", expected "nore/fill"'],
    [{ v: 2 }, "v: 2, expected 1"],
    [{ ts: -1 }, "ts: -1, expected integer, zero or more"],
    [{ ts: 1.5 }, "ts: 1.5, expected integer, zero or more"],
    [{ ts_iso: "now" }, 'ts_iso: "now", expected ISO 8601 time in UTC with milliseconds'],
    [{ id: "43BF99F4-b3bc-4041-9dec-c812bd40166d" }, "lower-case UUID v4"],
    [{ id: "43bf99f4-b3bc-1041-9dec-c812bd40166d" }, "lower-case UUID v4"],
    [{ source: "ai_role" }, 'source: "ai_role", expected one of "execution_role"'],
    [{ type: "filling" }, 'type: "filling", expected a type that the registry names'],
    [{ type: "timer" }, "schema"],
    [{ run_id: "2026" }, 'run_id: "2026", expected YYYYMMDD_HHMMSS'],
    [{ cmdline_hash: "AB".repeat(32) }, "64 lower-case hex digits"],
    [{ payload: null }, "payload: null, expected object"],
  ];
  for (const [changes, message] of faults) {
    const problem = repoContracts.checkEvent({ ...sampleEvents.fill, ...changes });
    assert.ok(problem?.includes(message), `${problem} has no ${message}`);
  }
  assert.is(
    repoContracts.checkEvent({ ...sampleEvents.fill, ts_iso: "2026-11-21T22:00:00.011Z" }),
    null,
  );
  for (const none of [null, undefined, 5, "event", []]) {
    assert.is.not(repoContracts.checkEvent(none), null);
  }
});

test("checkPayload() refuses a source that may not write the type", () => {
  const writers: readonly (readonly [EventType, readonly string[]])[] = [
    ["market_tick", ["market_role"]],
    ["order_intent", ["risk_role"]],
    ["order_cancel", ["risk_role"]],
    ["fill", ["execution_role"]],
    ["recommendation", ["ai_role"]],
    ["operator_command", ["operator"]],
    ["policy_denial", ["watchdog_role"]],
    ["health", ["market_role", "watchdog_role"]],
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

test("checkEvent() accepts the ends of a range and refuses what is beyond", () => {
  const ranges: readonly (readonly [EventType, string, readonly unknown[], readonly unknown[]])[] = [
    ["signal", "score", [-1, 0, 1], [-1.01, 1.01, "1"]],
    ["signal", "confidence", [0, 1], [-0.01, 1.01]],
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
