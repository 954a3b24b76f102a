import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiModel, AiRow } from "../../../src/core/ai_mail.ts";
import { judgeSnapshot, type SnapshotTrial } from "../../../src/streams/ai/snapshot_gate.ts";
import { trainModel } from "../../../src/streams/ai/train_model.ts";
import { madeUpRows } from "../../support/ai_rows.ts";

const HORIZON_MS = 30_000;
const TRAINED_TS = 6_000_000;
const trained = (lean: number) => trainModel(madeUpRows({ seed: 1, count: 3000, lean }), HORIZON_MS);
const KNOWS = trained(0.3);
const KNOWS_NOTHING: AiModel = trainModel([], HORIZON_MS);
const SLIGHT: AiModel = { ...KNOWS, calibration: [KNOWS.calibration[0]!, KNOWS.calibration[1]! / 4] };
const IS_WRONG = trained(-0.3);

const later = (count: number, lean = 0.3, firstTs = TRAINED_TS + HORIZON_MS): readonly AiRow[] =>
  madeUpRows({ seed: 2, count, firstTs, lean });

function judged(more: Partial<SnapshotTrial>) {
  return judgeSnapshot({
    candidate: KNOWS,
    active: null,
    trainedTs: TRAINED_TS,
    rows: later(600),
    rowsMin: 60,
    margin: 0.0005,
    ...more,
  });
}

test("judgeSnapshot() lets pass what forecasts later data better than the base rate, and says by which figures", () => {
  const { passes, reason, brier } = judged({});
  assert.ok(passes);
  assert.ok(brier.reference! - brier.candidate! > 0.01);
  assert.match(
    reason,
    /^Brier score 0\.\d+ against 0\.\d+ of the base rate on 600 later rows: better by more than 0.0005$/,
  );
});

const CASES:
  readonly (readonly [what: string, more: Partial<SnapshotTrial>, passes: boolean, reason: RegExp])[] = [
    ["is the base rate itself", { candidate: KNOWS_NOTHING }, false, /not better by more/],
    ["is worse than the base rate", { candidate: IS_WRONG }, false, /not better by more/],
    ["is better than the active one", { active: SLIGHT }, true, /of the active model on 600/],
    [
      "is better than a bad active one alone",
      { candidate: KNOWS_NOTHING, active: IS_WRONG },
      false,
      /of the base rate on 600 later rows: not better/,
    ],
    ["is the active one", { active: KNOWS }, false, /not better by more/],
    ["is better, but not by the margin", { margin: 0.2 }, false, /not better by more than 0.2/],
    ["has too few later rows", { rows: later(59) }, false, /^59 later rows, wanted at least 60$/],
    ["has as many rows as it takes", { rows: later(60) }, true, /on 60 later rows/],
    [
      "has rows of its own past only",
      { rows: later(600, 0.3, TRAINED_TS - 1_200_000) },
      false,
      /^1[0-9] later rows|^0 later/,
    ],
    ["has no row, and none is wanted", { rows: [], rowsMin: 0 }, false, /^0 later rows/],
  ];
for (const [what, more, passes, reason] of CASES) {
  test(`judgeSnapshot() ${passes ? "lets pass" : "refuses"} a candidate that ${what}`, () => {
    const verdict = judged(more);
    assert.match(verdict.reason, reason);
    assert.is(verdict.passes, passes);
  });
}

test("judgeSnapshot() leaves out rows that share an outcome with the dataset", () => {
  const rows = later(80, 0.3, TRAINED_TS); // 15 of them begin within the horizon
  assert.match(judged({ rows, rowsMin: 66 }).reason, /^65 later rows/);
});

test("judgeSnapshot() refuses a model whose forecast is no number", () => {
  const candidate = { ...KNOWS, weights: KNOWS.weights.map(() => NaN) };
  assert.equal([judged({ candidate }).passes, judged({ candidate }).reason], [
    false,
    "its Brier score is NaN, no number",
  ]);
});

test.run();
