import { Ajv2020 } from "ajv/dist/2020.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mainError, schemaProblem, shown, unknownKey } from "../../src/core/schema_problem.ts";

function problemOf(schema: object, value: unknown, root = ""): string {
  const check = new Ajv2020({ verbose: true, strictTypes: false }).compile(schema);
  assert.is(check(value), false);
  return schemaProblem(mainError(check.errors ?? []), root);
}

test("schemaProblem() says where, what is and what was expected", () => {
  const of = (schema: object | false) => ({ type: "object", properties: { a: { items: schema } } });
  const problems: readonly (readonly [object | false, unknown, string])[] = [
    [{ type: "integer" }, "5", 'a.0: "5", expected integer'],
    [{ type: ["integer", "null"] }, {}, "a.0: an object, expected integer or null"],
    [{ type: "integer", title: "count" }, [1], "a.0: a list of 1, expected count"],
    [{ const: "x" }, "y", 'a.0: "y", expected "x"'],
    [{ enum: ["x", 1] }, null, 'a.0: null, expected one of "x", 1'],
    [{ minimum: 3 }, 2, "a.0: 2, expected to be >= 3"],
    [{ minItems: 3 }, [], "a.0: a list of 0, expected to NOT have fewer than 3 items"],
    [false, true, "a.0: true, expected no such key"],
    [{ required: ["b"] }, {}, "a.0.b: missing"],
    [
      { additionalProperties: false, properties: { keys: {} } },
      { keyz: 1 },
      'a.0.keyz: unknown key, did you mean "keys"',
    ],
    [{ additionalProperties: false }, { keyz: 1 }, "a.0.keyz: unknown key, expected none"],
    [
      { title: "number or text", anyOf: [{ type: "number" }, { type: "string" }] },
      true,
      "a.0: true, expected number or text",
    ],
  ];
  for (const [schema, value, expected] of problems) {
    assert.is(problemOf(of(schema), { a: [value] }), expected);
    assert.is(problemOf(of(schema), { a: [value] }, "payload"), `payload.${expected}`);
  }
  assert.is(problemOf({ type: "object" }, 5), "the whole: 5, expected object");
  assert.is(problemOf({ properties: { "a/b~": { type: "null" } } }, { "a/b~": 5 }), "a/b~: 5, expected null");
});

test("unknownKey() lists the known ones when none is near", () => {
  assert.is(unknownKey("x.y", "y", ["alpha", "beta"]), "x.y: unknown key, expected one of alpha, beta");
});

test("shown() quotes any value on one short line", () => {
  const values: readonly (readonly [unknown, string])[] = [
    ["a\nb", '"a\\nb"'],
    ["x".repeat(61), `"${"x".repeat(60)}…"`],
    [10n ** 80n, "1" + "0".repeat(59) + "…"],
    [NaN, "NaN"],
    [undefined, "undefined"],
    [null, "null"],
    [[1, 2], "a list of 2"],
    [{ a: 10n }, "an object"],
  ];
  for (const [value, expected] of values) assert.is(shown(value), expected);
});

test.run();
