import { test } from "uvu";
import * as assert from "uvu/assert";
import { shownProblems } from "../../src/commands/shown_problems.ts";

test("shownProblems() gives a line each, twenty at most, and no secret", () => {
  const problems = Array.from(
    { length: 25 },
    (_, i) => ({ file: "a.jsonl", line: i + 1, reason: "is wrong" }),
  );
  const shown = shownProblems({ problems });
  assert.equal([shown.length, shown[0], shown[19]], [20, "a.jsonl:1: is wrong", "a.jsonl:20: is wrong"]);
  const secret = "AKIA" + "ABCDEFGHIJKLMNOP";
  const [line] = shownProblems({ problems: [{ file: "a.jsonl", line: null, reason: `holds ${secret}` }] });
  assert.match(line!, /^a\.jsonl: holds /);
  assert.not.ok(line!.includes(secret));
});

test.run();
