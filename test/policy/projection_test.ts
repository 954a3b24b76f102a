import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectionOf, valueAt } from "../../src/policy/projection.ts";
import { asDraft, intentDraft, runFacts, tickDraft } from "../support/repo_policy.ts";

test("valueAt() finds only what an object of the path holds", () => {
  const root = { a: { b: 1, c: null, d: "text", e: ["x"] } };
  const rows: readonly (readonly [readonly string[], unknown])[] = [
    [["a", "b"], 1],
    [["a", "c"], null],
    [["a", "e"], ["x"]],
    [["a", "missing"], undefined],
    [["missing", "b"], undefined],
    [["a", "c", "x"], undefined],
    [["a", "d", "length"], undefined],
    [["a", "e", "0"], undefined],
    [["a", "e", "length"], undefined],
  ];
  for (const [path, value] of rows) assert.equal(valueAt(root, path), value, path.join("."));
});

test("inputOf() gives the fields that are read and nothing else", () => {
  const projection = projectionOf(
    [["manifest", "venue"], ["payload", "symbol"], ["payload", "facts", "price"], ["source"]],
    runFacts,
  );
  assert.equal(projection.inputOf(asDraft(intentDraft)), {
    manifest: { venue: "embedded" },
    payload: { symbol: "BTCUSDT", facts: { price: 9_150_050_000_000 } },
    source: "risk_role",
  });
});

test("inputOf() leaves out what is missing", () => {
  const projection = projectionOf([["payload", "facts", "price"], ["type"]], runFacts);
  assert.equal(projection.inputOf(asDraft(tickDraft)), { type: "market_tick" });
});

test("inputOf() gives a whole object where it is read as a whole", () => {
  const projection = projectionOf([["manifest"], ["payload"]], runFacts);
  assert.equal(projection.inputOf(asDraft(tickDraft)), { manifest: runFacts, payload: tickDraft.payload });
});

test("projectionOf() leaves the run's facts out of the fields that may differ", () => {
  const projection = projectionOf([["manifest", "mode"], ["payload", "kind"], ["type"]], runFacts);
  assert.equal(projection.paths, [["payload", "kind"], ["type"]]);
});

test("projectionOf() refuses reads that it cannot cut out exactly", () => {
  const rows: readonly (readonly [readonly (readonly string[])[], RegExp])[] = [
    [[[]], /^Policy reads the input field undefined, expected manifest, type/],
    [[["cause"]], /^Policy reads the input field "cause", expected manifest, type/],
    [[["payload", "toString"]], /^Policy reads the field "toString", expected a name/],
    [[["payload", "__proto__"]], /^Policy reads the field "__proto__", expected a name/],
    [[["manifest", "mode"]], /^Policy reads nothing of the event/],
    [[], /^Policy reads nothing of the event/],
  ];
  for (const [reads, message] of rows) {
    assert.throws(() => projectionOf(reads, runFacts), (error: Error) => message.test(error.message));
  }
});

test.run();
