import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { setConfigValue } from "../../src/core/config_override.ts";
import type { SchemaNode } from "../../src/core/config_schema.ts";

const schema: SchemaNode = {
  type: "object",
  properties: {
    name: { type: "string" },
    file: { type: ["string", "null"] },
    count: { type: "integer" },
    isOn: { type: "boolean" },
    names: { type: "array", items: { type: "string" } },
    limits: { type: "object", properties: { most: { $ref: "#/$defs/amount" } } },
    list: {
      type: "array",
      items: { type: "object", properties: { id: { type: "string" }, free: { type: "object" } } },
    },
  },
  $defs: { amount: { type: "string" } },
};
const config = { count: 1, list: [{ id: "a", free: { x: 1 } }, { id: "b" }] };

function set(path: string, value: string, on: unknown = config): unknown {
  return setConfigValue(on, { path, value }, schema);
}

test("setConfigValue() reads a value as the schema wants it", () => {
  const values: readonly (readonly [string, string, unknown])[] = [
    ["count", "5", 5],
    ["count", "five", "five"], // the schema's check says what is wrong with it
    ["isOn", "true", true],
    ["name", "true", "true"],
    ["name", "0.10", "0.10"],
    ["name", '"0.10"', "0.10"],
    ["name", "1e3", "1e3"],
    ["name", "null", "null"],
    ["name", "ws://127.0.0.1:9000", "ws://127.0.0.1:9000"],
    ["name", '"a #b"', "a #b"],
    ["file", "null", null],
    ["file", "", null],
    ["file", "5", "5"],
    ["names", "[A, 1.50, null]", ["A", "1.50", "null"]],
    ["limits", "{ most: 0.10, other: 0.10 }", { most: "0.10", other: 0.1 }],
  ];
  for (const [path, value, expected] of values) {
    assert.equal(set(path, value), { ...config, [path]: expected }, `${path}=${value}`);
  }
});

test("setConfigValue() changes one entry of a list and leaves the original as it was", () => {
  const before = structuredClone(config);
  assert.equal(set("list.1.id", "c"), { count: 1, list: [{ id: "a", free: { x: 1 } }, { id: "c" }] });
  assert.equal(set("list.0.free.y.z", "2"), {
    count: 1,
    list: [{ id: "a", free: { x: 1, y: { z: 2 } } }, { id: "b" }],
  });
  assert.equal(set("limits.most", "7"), { ...config, limits: { most: "7" } });
  assert.equal(config, before);
});

test("setConfigValue() throws where the schema knows no such path", () => {
  const faults: readonly (readonly [string, string])[] = [
    ["cuont", '--set cuont: unknown key, did you mean "count"'],
    ["", "--set : unknown key, expected one of name, file"],
    ["limits.least", "--set limits.least: unknown key, expected one of most"],
    ["limits.mosst", '--set limits.mosst: unknown key, did you mean "most"'],
    ["count.x", "--set count.x: unknown key, expected none"],
    ["list.2.id", "--set list.2: no such entry, expected a number from 0 to below 2"],
    ["list.first", "--set list.first: no such entry"],
    ["list.01", "--set list.01: no such entry"],
    ["names.0", "--set names.0: no such entry, expected a number from 0 to below 0"],
    ["list.0.ix", "--set list.0.ix: unknown key, expected one of id, free"],
    ["constructor", "--set constructor: unknown key"],
    ["__proto__.x", "--set __proto__: unknown key"],
  ];
  for (const [path, message] of faults) {
    assert.throws(() => set(path, "1"), (error: Error) => error.message.startsWith(message), path);
  }
});

test("setConfigValue() never replaces a wrong value on the way down in silence", () => {
  for (const wrong of [null, 5, "x", []]) {
    assert.throws(() => set("limits.most", "1", { limits: wrong }), /--set limits.most: it would replace/);
    assert.throws(() => set("count", "1", wrong), /--set count: it would replace/);
  }
});

test("setConfigValue() throws for a value that YAML cannot read as it stands", () => {
  const faults: readonly (readonly [string, string])[] = [
    ["[A", '--set names: "[A" cannot be read: Flow sequence'],
    ["{a: 1, a: 2}", "Map keys must be unique"],
    ["!secret x", "Unresolved tag"],
    ["foo #bar", '--set names: "foo #bar" is cut short by "#", expected the value in quotes'],
    ["#bar", 'is cut short by "#"'],
  ];
  for (const [value, message] of faults) {
    assert.throws(() => set("names", value), (error: Error) => error.message.includes(message), value);
  }
});

test("setConfigValue() gives no key of the prototype a meaning", () => {
  const changed = set("list.0.free.__proto__.polluted", "true") as typeof config;
  assert.is(Object.getPrototypeOf(changed.list[0]!.free), Object.prototype);
  assert.is(({} as Record<string, unknown>)["polluted"], undefined);
});

test("setConfigValue() keeps every plain word and number as the text it is, where a string is wanted", () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/+-]{0,20}$/), (word) => {
    assert.equal(set("name", word), { ...config, name: word });
    assert.equal(set("name", JSON.stringify(word)), { ...config, name: word });
  }));
});

test.run();
