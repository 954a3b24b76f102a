import { test } from "uvu";
import * as assert from "uvu/assert";
import { aiVitals } from "../../../src/streams/ai/ai_vitals.ts";

const DRIFT = "the market is no longer what it has learned";

test("aiVitals() is due at its first time, and each period after it was told", () => {
  const vitals = aiVitals(100, 50);
  const isDue = (...times: readonly number[]) => times.map((ts) => vitals.isDue(ts));
  assert.equal(isDue(49, 50), [false, true]);
  vitals.tell(80, 0);
  assert.equal(isDue(179, 180), [false, true]);
});

test("aiVitals() tells what was lost since the last time, and that the market drifts for as long as it does", () => {
  const vitals = aiVitals(100, 0);
  assert.is(vitals.tell(0, 0), "");
  assert.is(vitals.tell(1, 3), "3 events were lost: it is too slow");
  assert.equal([vitals.takeDrift(true), vitals.takeDrift(true)], [true, false]);
  assert.is(vitals.tell(2, 5), `2 events were lost: it is too slow; ${DRIFT}`);
  assert.is(vitals.tell(3, 5), DRIFT);
  assert.is(vitals.takeDrift(false), true);
  assert.is(vitals.tell(4, 5), "");
});

test.run();
