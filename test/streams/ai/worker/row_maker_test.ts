import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiRow } from "../../../../src/core/ai_mail.ts";
import { isRow } from "../../../../src/streams/ai/ai_rows.ts";
import { ROW_EVERY_MS, type RowMaker, rowMaker } from "../../../../src/streams/ai/worker/row_maker.ts";
import { bookTick, tradeTick } from "../../../support/sample_ticks.ts";

const HORIZON_MS = 4000;
const FIRST_TS = 1_000_000;

/** A book each 500 ms from `fromMs` up to `toMs` behind the first, at the price that `priceAt` gives. */
function play(maker: RowMaker, [fromMs, toMs]: readonly [number, number], priceAt = (_: number) => 100) {
  const rows: AiRow[] = [];
  for (let ms = fromMs; ms <= toMs; ms += 500) {
    rows.push(...maker.takeTick(bookTick(priceAt(ms)), FIRST_TS + ms));
  }
  return rows;
}
const headsOf = (rows: readonly AiRow[]) => rows.map(([ts, symbol, up]) => [ts! - FIRST_TS, symbol, up]);

test("rowMaker() takes a moment down every so often, once a horizon is known, and tells what became of it", () => {
  const maker = rowMaker(3, HORIZON_MS);
  const rows = play(maker, [0, 12_000], (ms) => ms < 9000 ? 100 + ms / 1000 : 200 - ms / 1000 * 12);
  assert.is(ROW_EVERY_MS, 2000);
  assert.equal(headsOf(rows), [[4000, 3, 1], [6000, 3, 0], [8000, 3, 0]]);
  assert.ok(rows.every((row) => isRow(row, 4)));
});

test("rowMaker() takes the features of the moment, not of its outcome", () => {
  const one = rowMaker(0, HORIZON_MS);
  const other = rowMaker(0, HORIZON_MS);
  const known = (ms: number) => 100 + ms % 1500 / 1000;
  const [first] = play(one, [0, 8000], (ms) => ms <= 4000 ? known(ms) : 150);
  const [second] = play(other, [0, 8000], (ms) => ms <= 4000 ? known(ms) : 50);
  assert.equal([first![2], second![2]], [1, 0]);
  assert.equal(first!.slice(3), second!.slice(3));
});

test("rowMaker() learns nothing from an unchanged price", () => {
  assert.equal(play(rowMaker(0, HORIZON_MS), [0, 20_000]), []);
});

test("rowMaker() waits for a book to tell the outcome", () => {
  const maker = rowMaker(0, HORIZON_MS);
  play(maker, [0, 4000]);
  assert.equal(maker.takeTick(tradeTick("101", "1"), FIRST_TS + 8000), []);
  assert.equal(headsOf(maker.takeTick(bookTick(101), FIRST_TS + 8100)), [[4000, 0, 1]]);
});

test("rowMaker() begins anew behind a silence, and says nothing in it", () => {
  const maker = rowMaker(0, HORIZON_MS);
  play(maker, [0, 5000]);
  assert.is.not(maker.features(FIRST_TS + 9000), null);
  assert.is(maker.features(FIRST_TS + 9001), null);
  const rows = play(maker, [9500, 18_000], (ms) => 200 + ms / 1000);
  assert.equal(headsOf(rows), [[13_500, 0, 1], [14_000, 0, 1]]);
});

test("rowMaker() begins anew where it is told to", () => {
  const maker = rowMaker(0, HORIZON_MS);
  play(maker, [0, 5000]);
  maker.beginAnew();
  assert.is(maker.features(FIRST_TS + 5000), null);
  assert.equal(play(maker, [5500, 9000], (ms) => 100 + ms), []);
});

test("rowMaker() gives features from one horizon after the first book on, not before", () => {
  const maker = rowMaker(0, HORIZON_MS);
  maker.takeTick(tradeTick("100", "1"), FIRST_TS - 3000);
  play(maker, [0, 0]);
  assert.is(maker.features(FIRST_TS + 3999), null);
  assert.is(maker.features(FIRST_TS + 4000)?.length, 13);
});

test("rowMaker() holds a signal among its features", () => {
  const maker = rowMaker(0, HORIZON_MS);
  play(maker, [0, 4000]);
  const before = maker.features(FIRST_TS + 4000);
  const reason = { rule: "test" };
  const said = { strategy_id: "s", symbol: "BTCUSDT", score: 1, confidence: 1, horizon_ms: 1, reason };
  maker.takeSignal({ ...said, side: "BUY" });
  assert.is.not(JSON.stringify(maker.features(FIRST_TS + 4000)), JSON.stringify(before));
});

test.run();
