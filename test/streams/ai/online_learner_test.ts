import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FEATURE_NAMES } from "../../../src/streams/ai/ai_rows.ts";
import { onlineLearner, scoreOf } from "../../../src/streams/ai/online_learner.ts";
import { trainModel } from "../../../src/streams/ai/train_model.ts";
import { madeUpRows } from "../../support/ai_rows.ts";

const HORIZON_MS = 30_000;

test("onlineLearner() says of the same rows what training on them says, to the bit, however often it was asked", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 300 }), (seed, count) => {
      const rows = madeUpRows({ seed, count, lean: 0.2 });
      const learner = onlineLearner(HORIZON_MS);
      for (const row of rows) {
        learner.learn(row);
        learner.model();
      }
      assert.is(learner.rows, count);
      assert.is(JSON.stringify(learner.model()), JSON.stringify(trainModel(rows, HORIZON_MS)));
    }),
    { numRuns: 30 },
  );
});

test("onlineLearner() begins with one half and no weight", () => {
  const { base_rate, weights, calibration } = onlineLearner(HORIZON_MS).model();
  assert.equal([base_rate, weights, calibration], [0.5, [0, ...FEATURE_NAMES.map(() => 0)], [0.5, 0.5]]);
});

test("onlineLearner() learns from a row when its outcome is known at another's time, and not a millisecond before", () => {
  const [first] = madeUpRows({ seed: 1, count: 1, lean: 0.2 });
  const weightsAfter = (laterMs: number) => {
    const learner = onlineLearner(HORIZON_MS);
    learner.learn(first!);
    learner.learn([laterMs, ...first!.slice(1)]);
    return learner.model().weights;
  };
  assert.ok(weightsAfter(HORIZON_MS - 1).every((weight) => weight === 0));
  assert.ok(weightsAfter(HORIZON_MS).some((weight) => weight !== 0));
});

test("onlineLearner() finds the feature that tells, and its sign", () => {
  for (const lean of [0.3, -0.3]) {
    const { weights } = trainModel(madeUpRows({ seed: 5, count: 3000, lean }), HORIZON_MS);
    const others = weights.slice(2).map(Math.abs);
    assert.ok(weights[1]! * Math.sign(lean) > 3 * Math.max(...others), weights.join(" "));
  }
});

test("scoreOf() is one half where nothing speaks for either, and rises with the sum within (0, 1)", () => {
  assert.is(scoreOf([0, 1], [0], 0), 0.5);
  assert.is(scoreOf([0, 1], [9, 1], 1), 0.75);
  assert.is(scoreOf([0, 1], [-1], 0), 0.25);
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(fc.property(value, value, (a, b) => {
    const [low, high] = [scoreOf([0, 1], [Math.min(a, b)], 0), scoreOf([0, 1], [Math.max(a, b)], 0)];
    assert.ok(low > 0 && low <= high && high < 1);
  }));
});

test.run();
