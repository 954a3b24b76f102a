import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { firstDifference } from "../../src/night/first_difference.ts";

type Case = readonly [
  what: string,
  recorded: unknown,
  replayed: unknown,
  first: readonly [string, unknown, unknown] | null,
];

const CASES: readonly Case[] = [
  ["the same", { a: [1, { b: null }] }, { a: [1, { b: null }] }, null],
  ["another value", 1, 2, ["", 1, 2]],
  ["a number and its text", { a: 1 }, { a: "1" }, ["a", 1, "1"]],
  ["a field within", { a: { b: "0.1" } }, { a: { b: "0.2" } }, ["a.b", "0.1", "0.2"]],
  ["the first of two", { a: 1, b: 1 }, { a: 2, b: 2 }, ["a", 1, 2]],
  ["a field that is not there", { a: { b: 1 } }, { a: {} }, ["a.b", 1, undefined]],
  ["a field too many", { a: {} }, { a: { b: 1 } }, ["a.b", undefined, 1]],
  ["an element", { a: [1, 2] }, { a: [1, 3] }, ["a[1]", 2, 3]],
  ["an element too many", [1], [1, 2], ["[1]", undefined, 2]],
  ["a list and an object", { a: [] }, { a: {} }, ["a", [], {}]],
  ["nothing and an object", { a: null }, { a: {} }, ["a", null, {}]],
  ["the order of fields", { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, [
    "a (order of its fields)",
    ["b", "c"],
    ["c", "b"],
  ]],
  ["the order of all", { b: 1, c: 2 }, { c: 2, b: 1 }, ["(order of its fields)", ["b", "c"], ["c", "b"]]],
];

for (const [what, recorded, replayed, first] of CASES) {
  test(`firstDifference() of ${what}`, () => {
    const found = firstDifference(recorded, replayed);
    assert.equal(found === null ? null : [found.field, found.recorded, found.replayed], first);
  });
}

test("firstDifference() is null of what has the same JSON, and of nothing else", () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(fc.property(value, value, (one, other) => {
    const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
    assert.is(firstDifference(JSON.parse(a), JSON.parse(b)) === null, a === b);
    assert.is(firstDifference(JSON.parse(a), JSON.parse(a)), null);
  }));
});

test.run();
