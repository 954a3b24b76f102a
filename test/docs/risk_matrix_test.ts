import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** docs/risk_matrix.md promises no rule, guard or test that is not there. */

const document = new URL("../../docs/risk_matrix.md", import.meta.url);
const text = readFileSync(document, "utf8");
const linksIn = (part: string): readonly string[] =>
  [...part.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
const rows = text.split("\n").filter((line) => line.startsWith("|")).slice(2)
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));

test("docs/risk_matrix.md links to nothing that is missing", () => {
  const links = linksIn(text);
  assert.ok(links.length > 50);
  assert.equal(links.filter((target) => !existsSync(new URL(target, document))), []);
});

test("docs/risk_matrix.md names for each risk a guard, what happens, and a test", () => {
  assert.is(rows.length, 10);
  for (const [risk, , guard, what, tests] of rows) {
    assert.ok(linksIn(guard!).length > 0 && what!.length > 20, risk);
    assert.ok(linksIn(tests!).length > 1, risk);
    assert.equal(linksIn(tests!).filter((target) => !/^\.\.\/test\/.+_test\.ts$/.test(target)), [], risk);
  }
});

test("docs/risk_matrix.md links to each gate", () => {
  const gates = ["ingest", "signal", "order", "ai", "egress", "files", "run"];
  assert.equal(gates.filter((gate) => !text.includes(`(../policies/rego/nore/${gate}/)`)), []);
});

test.run();
