import { test } from "uvu";
import * as assert from "uvu/assert";
import { nearestName } from "../../src/core/nearest_name.ts";

test("nearestName() finds the known name with the fewest letters changed", () => {
  const known = ["duration_ms", "mode", "queues", "drawdown", "verify", "status", "stop"];
  const words: readonly (readonly [string, string | null])[] = [
    ["mode", "mode"],
    ["MODE", "mode"],
    ["duration", "duration_ms"],
    ["drawdwn", "drawdown"],
    ["ques", "queues"],
    ["vreify", "verify"],
    ["stat", "status"],
    ["sotp", null], // half of its letters differ
    ["nope", null],
    ["", null],
  ];
  for (const [word, expected] of words) assert.is(nearestName(word, known), expected, word);
  assert.is(nearestName("mode", []), null);
  assert.is(nearestName("abcd", ["abce", "abcf"]), "abce");
});

test.run();
