import { test } from "uvu";
import * as assert from "uvu/assert";
import { explainDifference } from "../../src/commands/explain_difference.ts";
import type { Replay } from "../../src/night/replay_run.ts";

type Difference = NonNullable<Replay["difference"]>;
const values = { field: "payload.fee", recorded: "0.5", replayed: "0.1" };
const both = ['  recorded "0.5"', '  replayed "0.1"'];

const CASES: readonly (readonly [difference: Difference, lines: readonly string[]])[] = [
  [{ file: "portfolio.json", ...values, field: "cash" }, ["portfolio.json, cash:", ...both]],
  [{ n: 7, type: "fill", kind: "other", ...values }, ["Event 7 (fill), payload.fee:", ...both]],
  [
    { n: 7, type: "fill", kind: "other", ...values, field: "type", instead: { a: 1 } },
    ["Event 7 (fill), type:", ...both, '  it gives {"a":1}'],
  ],
  [{ n: 7, type: null, kind: "one more", ...values }, ["Event 7: the replay gives one more", ...both]],
  [{ n: 7, type: "fill", kind: "one less", ...values }, [
    "Event 7 (fill): the replay gives one less",
    ...both,
  ]],
  [{ n: 7, type: "fill", kind: "failed", ...values }, [
    "Event 7 (fill): the replay fails before it",
    ...both,
  ]],
];
for (const [difference, lines] of CASES) {
  test(`explainDifference() says where it is and both values: ${lines[0]}`, () => {
    assert.equal(explainDifference(difference), lines);
  });
}

test("explainDifference() cuts off what is long, and says nothing where there is nothing", () => {
  const [, recorded, replayed] = explainDifference({
    n: 7,
    type: "fill",
    kind: "other",
    field: "payload",
    recorded: "x".repeat(5000),
    replayed: undefined,
  });
  assert.is(recorded!.length, "  recorded ".length + 800 + 1);
  assert.is(replayed, "  replayed nothing");
});

test.run();
