import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { slidingLimit } from "../../../../src/streams/sources/binance/sliding_limit.ts";

test("slidingLimit() has room again when the oldest of the last uses is a window ago", () => {
  const limit = slidingLimit(2, 100);
  assert.is(limit.freeAtMs, -Infinity);
  assert.equal([0, 30, 50, 99, 100, 129, 130].map((ms) => limit.take(ms)), [
    true,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  assert.is(limit.freeAtMs, 200);
});

test("slidingLimit() never lets more through in any window, and refuses none without need", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 5 }), (gaps, most) => {
    const limit = slidingLimit(most, 100);
    const taken: number[] = [];
    let nowMs = 0;
    for (const gap of gaps) {
      nowMs += gap;
      const isFull = taken.filter((ms) => ms > nowMs - 100).length === most;
      assert.is(limit.take(nowMs), !isFull);
      if (!isFull) taken.push(nowMs);
    }
  }));
});

test.run();
