import { test } from "uvu";
import * as assert from "uvu/assert";
import { fail, findingLine, pass, warn } from "../../../src/commands/doctor/finding.ts";

test("findingLine() says state, name and fact in columns, and what to do after an arrow", () => {
  const plain = { width: 6, hasColor: false };
  assert.is(findingLine(pass("disk", "80 GB free"), plain), "PASS disk    80 GB free");
  assert.is(
    findingLine(warn("mirror", "same disk", "use another"), plain),
    "WARN mirror  same disk → use another",
  );
  assert.is(findingLine(fail("latch", "is set", "unlatch"), plain), "FAIL latch   is set → unlatch");
});

test("findingLine() colours the state alone", () => {
  const table = [[pass("a", "b"), 32], [warn("a", "b", "c"), 33], [fail("a", "b", "c"), 31]] as const;
  for (const [finding, code] of table) {
    const line = findingLine(finding, { width: 1, hasColor: true });
    assert.ok(line.startsWith(`\x1b[${code}m${finding.state}\x1b[0m a  b`));
  }
});

test.run();
