import { test } from "uvu";
import * as assert from "uvu/assert";
import { driftWatch, SPANS_MIN } from "../../../../src/streams/ai/worker/drift_watch.ts";
import { onlineLearner } from "../../../../src/streams/ai/online_learner.ts";
import { ROW_HEAD } from "../../../../src/streams/ai/ai_rows.ts";
import { predict } from "../../../../src/streams/ai/train_model.ts";
import type { AiModel, AiRow } from "../../../../src/core/ai_mail.ts";
import { madeUpRows } from "../../../support/ai_rows.ts";

const HORIZON_MS = 30_000;
const HOUR = 1800; // rows

/** The rows at which an alarm begins, of a model that was trained on such rows as `lean` gives, or is learning. */
function alarms(rows: readonly AiRow[], model: AiModel | null): readonly number[] {
  const watch = driftWatch(HORIZON_MS);
  const learner = onlineLearner(HORIZON_MS);
  const found: number[] = [];
  let before = false;
  for (const [i, row] of rows.entries()) {
    const used = model ?? learner.model();
    watch.add(row[0]!, predict(used, row, ROW_HEAD), used.base_rate, row[2]!);
    learner.learn(row);
    if (watch.isDrifting && !before) found.push(i);
    before = watch.isDrifting;
  }
  return found;
}

function trainedOn(lean: number): AiModel {
  const learner = onlineLearner(HORIZON_MS);
  for (const row of madeUpRows({ seed: 99, count: HOUR, lean })) learner.learn(row);
  return learner.model();
}

test("driftWatch() stays quiet in 200 hours of a market that stays what it was", () => {
  const model = trainedOn(0.2);
  let hours = 0;
  for (let seed = 1; seed <= 100; seed++) {
    hours += alarms(madeUpRows({ seed, count: 2 * HOUR, lean: 0.2 }), model).length > 0 ? 1 : 0;
  }
  assert.ok(hours <= 4, `${hours} false alarms`);
});

test("driftWatch() stays quiet where nothing can be known", () => {
  for (let seed = 1; seed <= 20; seed++) {
    assert.equal(alarms(madeUpRows({ seed, count: HOUR, lean: 0 }), null), [], `seed ${seed}`);
  }
});

test("driftWatch() sees a market turn round, within a few minutes, once", () => {
  const model = trainedOn(0.2);
  for (let seed = 1; seed <= 30; seed++) {
    const before = madeUpRows({ seed, count: HOUR, lean: 0.2 });
    const after = madeUpRows({ seed: seed + 1000, count: HOUR, firstTs: HOUR * 2000, lean: -0.2 });
    const found = alarms([...before, ...after], model).filter((row) => row >= HOUR);
    assert.is(found.length, 1, `seed ${seed}: ${found}`);
    assert.ok(found[0]! < HOUR + 400, `seed ${seed}: ${found}`);
  }
});

test("driftWatch() says so until enough has come to know better", () => {
  const watch = driftWatch(1);
  const add = (i: number, isGood: boolean) => watch.add(i, isGood ? 0.9 : 0.2, 0.5, i % 7 === 0 ? 0 : 1);
  let ts = 0;
  for (; ts < 100; ts++) add(ts, true);
  assert.not(watch.isDrifting);
  while (!watch.isDrifting && ts < 200) add(ts++, false);
  assert.ok(ts < 150, `seen at ${ts}`);
  for (let i = 0; i < SPANS_MIN - 1; i++) {
    add(ts++, false);
    assert.ok(watch.isDrifting);
  }
  add(ts++, false);
  assert.not(watch.isDrifting);
});

test("driftWatch() makes nothing of forecasts that are the base rate", () => {
  const watch = driftWatch(1);
  for (let ts = 0; ts < 1000; ts++) watch.add(ts, 0.5, 0.5, ts % 2);
  assert.not(watch.isDrifting);
});

test.run();
