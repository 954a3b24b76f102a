import { test } from "uvu";
import * as assert from "uvu/assert";
import { Findings, formatProblem } from "../../src/verify/findings.ts";

test("Findings keeps a thousand problems and counts the rest when there are more", () => {
  const findings = new Findings();
  for (let line = 1; line <= 1500; line++) findings.problem("a.jsonl", line, "wrong");
  findings.note("a note");
  assert.is(findings.count, 1500);
  assert.is(findings.problems.length, 1000);
  assert.equal(findings.problems.at(-1), { file: "a.jsonl", line: 1000, reason: "wrong" });
  assert.equal(findings.notes, ["a note"]);
});

test("formatProblem() names the line when there is one", () => {
  assert.is(formatProblem({ file: "a.jsonl", line: 7, reason: "is wrong" }), "a.jsonl:7: is wrong");
  assert.is(formatProblem({ file: "a.json", line: null, reason: "is wrong" }), "a.json: is wrong");
});

test.run();
