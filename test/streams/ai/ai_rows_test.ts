import { test } from "uvu";
import * as assert from "uvu/assert";
import { FEATURE_NAMES, isRow, ROW_HEAD, ROW_LENGTH } from "../../../src/streams/ai/ai_rows.ts";

const features = FEATURE_NAMES.map((_, i) => (i % 9) - 4);
const ROW = [1000, 1, 0, ...features];

test("isRow() knows a row: time, symbol, outcome, and a value for each feature", () => {
  assert.is(ROW_LENGTH, ROW_HEAD + FEATURE_NAMES.length);
  assert.ok(isRow(ROW, 2));
  assert.ok(isRow([0, 0, 1, ...features.map(() => 0.123456)], 1));
});

test("isRow() refuses all else", () => {
  const wrong: readonly unknown[] = [
    null,
    {},
    [],
    ROW.slice(1),
    [...ROW, 0],
    ROW.with(0, -1),
    ROW.with(0, 0.5),
    ROW.with(1, 2),
    ROW.with(1, -1),
    ROW.with(1, 0.5),
    ROW.with(2, 0.5),
    ROW.with(3, 4.000001),
    ROW.with(3, -5),
    ROW.with(3, NaN),
    [...ROW.slice(0, -1), "0"],
    [...ROW.slice(0, -1), null],
  ];
  for (const value of wrong) assert.not(isRow(value, 2), JSON.stringify(value));
});

test.run();
