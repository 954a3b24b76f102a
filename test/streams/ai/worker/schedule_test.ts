import { test } from "uvu";
import * as assert from "uvu/assert";
import { schedule } from "../../../../src/streams/ai/worker/schedule.ts";

test("schedule() is due at each multiple since it was first asked, once", () => {
  const every = schedule(100);
  const due = [1050, 1100, 1149, 1150, 1150, 1249, 1260, 1350].filter((ts) => every.isDue(ts));
  assert.equal(due, [1150, 1260, 1350]);
});

test("schedule() does not make up for multiples that nobody asked about", () => {
  const every = schedule(100);
  assert.equal([0, 550, 560, 600].map((ts) => every.isDue(ts)), [false, true, false, true]);
});

test.run();
