import { test } from "uvu";
import * as assert from "uvu/assert";
import { samplesOf, without } from "../../../src/commands/gates/schema_sample.ts";

type Schema = Parameters<typeof samplesOf>[0];

const OUTER: Schema = {
  type: "object",
  required: ["v", "payload"],
  properties: { v: { const: 1 }, payload: { $ref: "#/$defs/inner" }, extra: { type: "boolean" } },
  $defs: {
    count: { type: "integer", minimum: 1 },
    inner: {
      type: "object",
      required: ["names", "nested"],
      properties: {
        names: { type: "array", items: { type: "string", pattern: "^[A-Z]+$" } },
        pair: { type: "array", prefixItems: [{ type: "integer", minimum: 3 }, { type: "null" }] },
        nested: { type: "object", required: ["at"], properties: { at: { type: ["number", "null"] } } },
        rows: { type: "array" },
        either: { anyOf: [{ $ref: "#/$defs/count" }, { type: "null" }] },
        anything: {},
        cause: false,
      },
    },
  },
};

test("samplesOf() fills in all that a schema names and lists all that it requires, at any depth", () => {
  const [sample, ...more] = samplesOf(OUTER);
  assert.equal(more, []);
  assert.equal(sample!.value, {
    v: 1,
    payload: { names: ["BTCUSDT"], pair: [3, null], nested: { at: 0 }, rows: [], either: 1, anything: {} },
    extra: true,
  });
  assert.equal(sample!.required.map((path) => path.join(".")), [
    "v",
    "payload",
    "payload.names",
    "payload.nested",
    "payload.nested.at",
  ]);
});

test("samplesOf() makes one sample for each value that other fields depend on", () => {
  const samples = samplesOf({
    type: "object",
    properties: {
      payload: {
        type: "object",
        required: ["kind"],
        properties: {
          kind: { type: "string", enum: ["a", "b", "c"] },
          name: { type: "string" },
          cause: false,
        },
        if: { properties: { kind: { const: "a" } } },
        then: { required: ["cause", "name"], properties: { cause: { type: "integer" }, name: true } },
        else: {
          if: { properties: { kind: { enum: ["b"] } } },
          then: { properties: { name: { type: "null" } } },
        },
      },
    },
  });
  assert.equal(samples.map(({ value }) => value["payload"]), [
    { kind: "a", name: "text", cause: 0 },
    { kind: "b", name: null },
    { kind: "c", name: "text" },
  ]);
  assert.equal(samples.map(({ required }) => required.map((path) => path.join("."))), [
    ["payload.kind", "payload.cause", "payload.name"],
    ["payload.kind"],
    ["payload.kind"],
  ]);
});

const payloadOf = (payload: Schema): Schema => ({ type: "object", properties: { payload } });
const UNFULFILLED: readonly (readonly [what: string, schema: Schema, says: RegExp])[] = [
  [
    "a pattern without a text",
    payloadOf({ type: "string", pattern: "^zz$" }),
    /No sample text for the pattern "\^zz\$"/,
  ],
  ["an unknown type", payloadOf({ type: "date" }), /No sample for the type "date" at payload/],
  ["a definition that is not there", payloadOf({ $ref: "#/$defs/gone" }), /No definition "#\/\$defs\/gone"/],
  [
    "a choice without a list",
    payloadOf({ type: "object", properties: { kind: { type: "string" } }, if: { properties: { kind: {} } } }),
    /No list of values of kind/,
  ],
  [
    "a choice of a field that is not named",
    payloadOf({ type: "object", if: { properties: { kind: {} } } }),
    /No list of values of kind/,
  ],
];

for (const [what, schema, says] of UNFULFILLED) {
  test(`samplesOf() throws at ${what}`, () => {
    assert.throws(() => samplesOf(schema), says);
  });
}

test("samplesOf() takes a condition that names no field for none", () => {
  assert.equal(samplesOf(payloadOf({ type: "object", if: {} })), [{ value: { payload: {} }, required: [] }]);
});

test("without() takes one field away, at any depth, and leaves the original as it was", () => {
  const value = { a: 1, b: { c: [{ d: 1, e: 2 }, { d: 3 }] } };
  const text = JSON.stringify(value);
  assert.equal(without(value, ["a"]), { b: value.b });
  assert.equal(without(value, ["b", "c"]), { a: 1, b: {} });
  assert.equal(without(value, ["b", "c", "0", "d"]), { a: 1, b: { c: [{ e: 2 }, { d: 3 }] } });
  assert.is(JSON.stringify(value), text);
});

test.run();
