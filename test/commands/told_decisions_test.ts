import { test } from "uvu";
import * as assert from "uvu/assert";
import { tellDecisions } from "../../src/commands/told_decisions.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";

test("tellDecisions() names the first that differ, and counts all", () => {
  const terminal = fakeTerminal();
  const disagreements = Array.from({ length: 25 }, (_, n) => ({
    n,
    entrypoint: "nore/order/decision",
    reason: `reason ${n}`,
  }));
  tellDecisions({ allowed: 90, denied: 10, differing: 40, disagreements }, terminal);
  assert.is(terminal.printed.length, 22);
  assert.is(terminal.printed[0], "event 0, nore/order/decision: reason 0");
  assert.is(terminal.printed[20], "… and 20 more");
  assert.is(
    terminal.printed[21],
    "DISAGREED 100 decisions asked about again: 90 allow, 10 deny, 40 differ",
  );
});

test("tellDecisions() says that all agree", () => {
  const terminal = fakeTerminal();
  tellDecisions({ allowed: 3, denied: 0, differing: 0, disagreements: [] }, terminal);
  assert.equal(terminal.printed, ["AGREED 3 decisions asked about again: 3 allow, 0 deny, 0 differ"]);
});

test.run();
