import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Annotation, codesIn, denialsOf, policiesText } from "../../scripts/policies_text.ts";

const path = (...names: readonly string[]) => ["data", "nore", "some", ...names].map((value) => ({ value }));
const denial = (code: string, more: object = {}): Annotation => ({
  annotations: {
    scope: "rule",
    title: "T",
    description: `Why\n${code}.\n`,
    custom: { code, severity: "error" },
    ...more,
  },
  path: path("denials"),
});
const gate: Annotation = {
  annotations: { scope: "package", title: "Some gate", description: "Decides\n  something.\n" },
  path: path(),
};

test("denialsOf() gives every reason of a package by its code, and refuses one that does not say why", () => {
  const other = {
    ...denial("OTHER"),
    path: [...path().slice(0, 2), { value: "other" }, { value: "denials" }],
  };
  const denials = denialsOf([gate, denial("B"), other, denial("A")], "some", ["B", "A"]);
  assert.equal(denials.map(({ code, description }) => [code, description]), [["A", "Why A."], [
    "B",
    "Why B.",
  ]]);
  for (
    const more of [{ title: undefined }, { description: undefined }, { custom: { code: "A" } }, {
      custom: undefined,
    }]
  ) {
    assert.throws(() => denialsOf([denial("A", more)], "some", ["A"]), /A denial of nore\.some has no title/);
  }
});

test("denialsOf() refuses a rule that is not told of, told of twice, or told of with another's code", () => {
  const source = 'denials contains "A" if not fine\n\ndenials contains "B" if {\n\tdenials contains "C"\n}\n';
  assert.equal(codesIn(source), ["A", "B"]);
  for (const told of [["A"], ["A", "C"], ["A", "A", "B"]]) {
    assert.throws(
      () => denialsOf(told.map((code) => denial(code)), "some", codesIn(source)),
      `The rules of nore.some deny with A,B, their metadata tells of ${told}`,
    );
  }
});

test("policiesText() says what each gate is asked about, what it reads, and why it denies", () => {
  const text = policiesText({
    annotations: [gate, denial("B"), denial("A")],
    denials: { some: denialsOf([denial("B"), denial("A")], "some", ["A", "B"]) },
    reads: { "nore/some/decision": [["payload", "symbol"], ["type"]] },
    entrypoints: { signal: "nore/some/decision", fill: "none", timer: "nore/some/decision" },
  });
  assert.match(text, "## Some gate\n\nDecides something.\n");
  assert.match(text, "asked about `signal`, `timer`. It reads `payload.symbol`, `type`.");
  assert.match(text, "| `A` | error | Why A. |\n| `B` | error | Why B. |\n");
});

test.run();
