import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomStream } from "../../../src/core/random.ts";
import { scoreCalibration, SLOPE_MAX } from "../../../src/streams/ai/score_calibration.ts";

/** The slope after scores of the deviation 0.2 whose outcome leans after them by `lean`. */
function slopeAfter(count: number, lean: number): number {
  const random = randomStream(1, "scores");
  const calibration = scoreCalibration();
  for (let i = 0; i < count; i++) {
    const off = random.bell() * 0.2;
    calibration.add(0.5 + off, random.next() < 0.5 + lean * off ? 1 : 0);
  }
  return calibration.slope();
}

test("scoreCalibration() believes half of a score before it has seen any", () => {
  const calibration = scoreCalibration();
  assert.equal([calibration.mean, calibration.slope()], [0.5, 0.5]);
});

test("scoreCalibration() comes to what scores were worth", () => {
  assert.ok(Math.abs(slopeAfter(20_000, 0) - 0) < 0.15);
  assert.ok(Math.abs(slopeAfter(20_000, 0.5) - 0.5) < 0.15);
  assert.ok(slopeAfter(20_000, 1) > 0.75);
});

test("scoreCalibration() never turns a score round and never enlarges it", () => {
  assert.is(slopeAfter(20_000, -1), 0);
  assert.is(slopeAfter(20_000, 2.4), SLOPE_MAX);
  const pair = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1));
  fc.assert(fc.property(fc.array(pair), (pairs) => {
    const calibration = scoreCalibration();
    for (const [score, up] of pairs) calibration.add(score, up);
    const [mean, slope] = [calibration.mean, calibration.slope()];
    assert.ok(mean >= 0 && mean <= 1 && slope >= 0 && slope <= SLOPE_MAX, `${mean} ${slope}`);
  }));
});

test.run();
