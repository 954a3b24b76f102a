import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseStrictYaml } from "../../src/core/strict_yaml.ts";

test("parseStrictYaml() reads YAML 1.2", () => {
  assert.equal(parseStrictYaml("a: [1, 0.5, yes, null, 0x10, '1']\nb: &x { c: d }\ne: *x\n"), {
    a: [1, 0.5, "yes", null, 16, "1"],
    b: { c: "d" },
    e: { c: "d" },
  });
  assert.equal(parseStrictYaml("[1, 0.50, true, 'x']", { allStrings: true }), ["1", "0.50", "true", "x"]);
  assert.is(parseStrictYaml("# nothing"), null);
});

test("parseStrictYaml() reads any JSON as JSON.parse does", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(0, 2, "\t"),
      (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.equal(parseStrictYaml(text), JSON.parse(text));
      },
    ),
  );
});

test("parseStrictYaml() refuses what could be read in two ways", () => {
  const laughs = `a: &a [x]\n${
    "bcdefghij".split("").map((key, i) =>
      `${key}: &${key} [${Array(9).fill("*" + "abcdefghij"[i]).join(", ")}]`
    ).join("\n")
  }`;
  const faults: readonly (readonly [string, string])[] = [
    ["a: 1\na: 2", "Map keys must be unique at line 2, column 1"],
    ["a: !unknown 1", "Unresolved tag: !unknown at line 1, column 4"],
    ["a: [1\nb: 2", "at line"],
    ["a: 1\n---\nb: 2", "multiple documents"],
    ["a: *b", "b"],
    ["\ta: 1", "Tabs are not allowed"],
    [laughs, "Excessive alias count"],
  ];
  for (const [text, message] of faults) {
    assert.throws(() => parseStrictYaml(text), (error: Error) => error.message.includes(message), text);
  }
});

test("parseStrictYaml() names every fault, one a line", () => {
  assert.throws(
    () => parseStrictYaml("a: 1\na: 2\na: 3\n"),
    (error: Error) => /^Map keys .* line 2, column 1\nMap keys .* line 3, column 1$/.test(error.message),
  );
});

test.run();
