import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiRow } from "../../../src/core/ai_mail.ts";
import { sha256Hex } from "../../../src/core/sha256.ts";
import { FEATURE_MAX, FEATURE_NAMES, ROW_HEAD } from "../../../src/streams/ai/ai_rows.ts";
import { isModel, predict, trainModel } from "../../../src/streams/ai/train_model.ts";
import { madeUpRows } from "../../support/ai_rows.ts";

const HORIZON_MS = 30_000;
const COUNT = FEATURE_NAMES.length;

const feature = fc.oneof(
  fc.constantFrom(0, FEATURE_MAX, -FEATURE_MAX, 1e-6),
  fc.double({ min: -FEATURE_MAX, max: FEATURE_MAX, noNaN: true }),
);
const row = fc.tuple(
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.constantFrom(0, 1),
  fc.array(feature, { minLength: COUNT, maxLength: COUNT }),
).map(([ts, up, features]): AiRow => [ts, 0, up, ...features]);

test("trainModel() gives a model, and that a probability, whatever the rows are and in whatever order", () => {
  fc.assert(fc.property(fc.array(row, { maxLength: 200 }), row, (rows, asked) => {
    const model = trainModel(rows, HORIZON_MS);
    assert.ok(isModel(model), JSON.stringify(model));
    assert.ok(isModel(JSON.parse(JSON.stringify(model))));
    const probability = predict(model, asked, ROW_HEAD);
    assert.ok(probability > 0 && probability < 1);
  }));
});

test("trainModel() holds out against rows that all say the same, or the opposite in turn", () => {
  const extreme = Array.from({ length: COUNT }, (_, i) => i % 2 === 0 ? FEATURE_MAX : -FEATURE_MAX);
  const outcomes: readonly (readonly [mean: number, up: (i: number) => number])[] = [
    [0, () => 0],
    [1, () => 1],
    [0.5, (i) => i % 2],
  ];
  for (const [mean, up] of outcomes) {
    const rows = Array.from({ length: 5000 }, (_, i): AiRow => [i * HORIZON_MS, 0, up(i), ...extreme]);
    const model = trainModel(rows, HORIZON_MS);
    assert.ok(isModel(model), JSON.stringify(model));
    assert.ok(Math.abs(predict(model, extreme) - mean) < 0.05, `${predict(model, extreme)}, wanted ${mean}`);
  }
});

test("trainModel() gives the same bytes for the same rows, on every runtime", () => {
  const model = trainModel(madeUpRows({ seed: 7, count: 1000, lean: 0.2 }), HORIZON_MS);
  assert.is(sha256Hex(JSON.stringify(model)), "e03cff24de444c8e3975b45e35c7a2382b017d2922055ef28f9b46d408e9226c");
});

test("predict() says the base rate where the features tell nothing", () => {
  const rows = madeUpRows({ seed: 3, count: 900, lean: 0 });
  const blank = rows.map((one) => [...one.slice(0, ROW_HEAD), ...FEATURE_NAMES.map(() => 0)]);
  const model = trainModel(blank, HORIZON_MS);
  assert.is(predict(model, blank[0]!, ROW_HEAD), model.base_rate);
});

test("predict() is the same for a model that was written and read", () => {
  const rows = madeUpRows({ seed: 4, count: 500, lean: 0.2 });
  const model = trainModel(rows, HORIZON_MS);
  for (const one of rows.slice(0, 20)) {
    assert.is(predict(JSON.parse(JSON.stringify(model)), one, ROW_HEAD), predict(model, one, ROW_HEAD));
  }
});

test("predict() stays within its bounds", () => {
  const model = { ...trainModel([], HORIZON_MS), weights: [0, 64, ...Array<number>(COUNT - 1).fill(0)] };
  const sure = { ...model, calibration: [0.5, 1] };
  assert.is(predict({ ...sure, base_rate: 1 }, [4, ...Array<number>(COUNT - 1).fill(0)]), 0.999);
  assert.is(predict({ ...sure, base_rate: 0 }, [-4, ...Array<number>(COUNT - 1).fill(0)]), 0.001);
});

test("isModel() refuses what is not exactly one", () => {
  const model = trainModel(madeUpRows({ seed: 1, count: 300, lean: 0.2 }), HORIZON_MS);
  const { calibration, weights, ...rest } = model;
  const wrong: readonly unknown[] = [
    null,
    "logistic_1",
    [],
    {},
    { ...model, extra: 1 },
    { ...rest, calibration, weights },
    { ...model, form: "logistic_2" },
    { ...model, horizon_ms: 0 },
    { ...model, horizon_ms: 1.5 },
    { ...model, base_rate: 1.1 },
    { ...model, base_rate: NaN },
    { ...model, base_rate: "0.5" },
    { ...model, weights: weights.slice(1) },
    { ...model, weights: [...weights, 0] },
    { ...model, weights: weights.with(3, 65) },
    { ...model, weights: weights.with(3, Infinity) },
    { ...model, weights: { length: weights.length } },
    { ...model, calibration: [0.5] },
    { ...model, calibration: [0.5, 1, 0] },
    { ...model, calibration: [0.5, -0.1] },
    { ...model, calibration: [0.5, 1.1] },
    { ...model, calibration: [NaN, 1] },
    { ...model, calibration: null },
  ];
  for (const value of wrong) assert.not(isModel(value), JSON.stringify(value));
});

test.run();
