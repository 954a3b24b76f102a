import { Ajv2020 } from "ajv/dist/2020.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileContracts, type Contract, parseRegistry } from "../../src/core/contracts.ts";
import { type EventType } from "../../src/core/event.ts";
import { REGISTRY_TEXT, repoContracts, repoRegistry, repoSchemas } from "../support/repo_contracts.ts";
import { sampleEvents, sampleTicks } from "../support/sample_events.ts";
import {
  assertFits,
  ENVELOPE,
  type Fields,
  PAYLOAD_MINIMUM,
  TYPES,
  without,
} from "../support/contract_changes.ts";

test("parseRegistry() binds each type to its queue, policy rule and origin", () => {
  const rows = [...repoRegistry].map(([type, { queue, entrypoint, origin }]) =>
    [type, queue, entrypoint ?? "none", origin].join(" ")
  );
  assert.equal(rows, [
    "market_tick market_ticks nore/ingest/decision input",
    "signal signals nore/signal/decision derived",
    "risk_action risk_actions none derived",
    "order_intent order_intents nore/order/decision derived",
    "order_cancel order_intents nore/order/decision derived",
    "order_result order_results none derived",
    "fill fills none derived",
    "health health none stated",
    "stop_journal stop_journal none stated",
    "recommendation recommendations nore/ai/decision input",
    "feature_pack feature_packs nore/ai/decision input",
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
  assert.is(repoContracts.entrypointOf("fill"), null);
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

test.run();
