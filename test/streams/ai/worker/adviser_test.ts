import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AiRow, type AiTask, modelIdOf, type WorkerLine } from "../../../../src/core/ai_mail.ts";
import { sha256Hex } from "../../../../src/core/sha256.ts";
import { isRow } from "../../../../src/streams/ai/ai_rows.ts";
import { trainModel } from "../../../../src/streams/ai/train_model.ts";
import { adviser } from "../../../../src/streams/ai/worker/adviser.ts";
import { SNAPSHOT_ROWS_MIN } from "../../../../src/streams/ai/worker/dataset.ts";
import { AI_START_TS, AI_SYMBOLS, aiNight, type Batch } from "../../../support/ai_night.ts";
import { AI_TASK, aiTrial } from "../../../support/ai_trial.ts";
import { madeUpRows } from "../../../support/ai_rows.ts";

const MINUTE_MS = 60_000;
const night = (
  minutes: number,
  stepMs = 1000,
) => [...aiNight({ seed: 3, durationMs: minutes * MINUTE_MS, ticksPerS: 5, stepMs })];
const NIGHT = night(25);

interface Told {
  /** Seconds since the first batch. */
  readonly atS: number;
  readonly line: WorkerLine;
}

/** All lines but heartbeats, of a worker that is told these batches. */
function toldOf(batches: readonly Batch[], task: AiTask = AI_TASK): readonly Told[] {
  const worker = adviser(task);
  return batches.flatMap((batch) =>
    worker.batch(batch).filter(({ type }) => type !== "heartbeat")
      .map((line) => ({ atS: (batch.ts - batches[0]!.ts) / 1000, line }))
  );
}
type LineOf<T extends WorkerLine["type"]> = Extract<WorkerLine, { readonly type: T }>;
const only = <T extends WorkerLine["type"]>(told: readonly Told[], type: T) =>
  told.filter(({ line }) => line.type === type).map(({ atS, line }) => ({ atS, line: line as LineOf<T> }));
const rowsOf = (told: readonly Told[]): readonly AiRow[] =>
  only(told, "feature_pack").flatMap(({ line }) => line.rows);
const lastBeat = (lines: readonly WorkerLine[]) => {
  const beat = lines.at(-1)!;
  assert.is(beat.type, "heartbeat");
  return beat.payload as { readonly seq: number; readonly rows: number; readonly drift: boolean };
};

test("adviser() says the same to the same batches, to the byte, on every runtime", () => {
  const said = JSON.stringify(toldOf(NIGHT));
  assert.is(JSON.stringify(toldOf(NIGHT)), said);
  assert.is(sha256Hex(said), "7ced46298f3f1b21bdf8063c1c48fdee454b0242859cce640361dd18b6188604");
});

test("adviser() advises on each symbol every so often, from one horizon on", () => {
  const advice = only(toldOf(NIGHT), "recommendation");
  assert.equal(advice.slice(0, 4).map(({ atS, line }) => [atS, line.payload.symbol]), [
    [30, "BTCUSDT"],
    [30, "ETHUSDT"],
    [40, "BTCUSDT"],
    [40, "ETHUSDT"],
  ]);
  assert.is(advice.length, 2 * (25 * 6 - 3));
  for (const { line: { payload } } of advice) {
    assert.equal(Object.keys(payload), ["symbol", "horizon_ms", "p_up", "model_id"]);
    assert.equal([payload.horizon_ms, payload.model_id], [30_000, "online"]);
    assert.ok(payload.p_up > 0 && payload.p_up < 1 && Math.round(payload.p_up * 1e6) / 1e6 === payload.p_up);
  }
});

test("adviser() packs what is new, and trains on what it has packed, a snapshot behind its pack", () => {
  const told = toldOf(NIGHT, { ...AI_TASK, snapshot_every_ms: 500_000, rows_max: 600 });
  assert.equal(only(told, "feature_pack").map(({ atS }) => atS), [300, 500, 600, 900, 1000, 1200]);
  const order = told.map(({ atS, line }) => `${atS} ${line.type}`);
  for (const { atS, line } of only(told, "training_snapshot")) {
    assert.is(order.indexOf(`${atS} feature_pack`), order.indexOf(`${atS} training_snapshot`) - 1);
    const known = rowsOf(told.filter((one) => one.atS <= atS)).slice(-600);
    assert.equal(line.payload, {
      rows: known.length,
      dataset_sha256: sha256Hex(JSON.stringify(known)),
      model: trainModel(known, AI_TASK.horizon_ms),
    });
  }
  assert.is(only(told, "training_snapshot").length, 2);
  assert.ok(rowsOf(told).every((row) => isRow(row, AI_SYMBOLS.length)));
});

test("adviser() makes the same rows however the log is cut into batches", () => {
  const fine = rowsOf(toldOf(night(12, 200)));
  const coarse = rowsOf(toldOf(night(12, 5000))); // its schedules begin later
  assert.ok(fine.length > 500);
  assert.equal(coarse.slice(0, fine.length), fine);
});

test("adviser() answers each batch with its number and the rows so far", () => {
  const worker = adviser(AI_TASK);
  let rows = 0;
  for (const batch of NIGHT.slice(0, 200)) {
    const beat = lastBeat(worker.batch(batch));
    assert.is(beat.seq, batch.seq);
    assert.ok(beat.rows >= rows);
    assert.not(beat.drift);
    rows = beat.rows;
  }
  assert.ok(rows > 100);
});

test("adviser() trains on nothing where there is too little", () => {
  const told = toldOf(NIGHT.slice(0, 250), { ...AI_TASK, snapshot_every_ms: 60_000 });
  const rows = rowsOf(told.filter(({ atS }) => atS <= 120)).length;
  assert.ok(rows > 0 && rows < SNAPSHOT_ROWS_MIN);
  assert.equal(only(told, "training_snapshot").map(({ atS }) => atS), [180, 240]);
});

test("adviser() begins anew where events were dropped, and learns nothing across the hole", () => {
  const worker = adviser({ ...AI_TASK, advise_every_ms: 1000 });
  const hole = NIGHT[120]!;
  const lines = NIGHT.slice(0, 160).flatMap((batch) =>
    worker.batch(batch === hole ? { ...batch, dropped: 7 } : batch).map((line) => ({ batch, line }))
  );
  const silent = NIGHT.slice(0, 160).filter((batch) =>
    !lines.some((one) => one.batch === batch && one.line.type === "recommendation")
  );
  assert.equal(
    silent.map(({ seq }) => seq).filter((seq) => seq > 40),
    NIGHT.slice(120, 150).map(({ seq }) => seq),
  );
});

test("adviser() does not advise on a symbol that fell silent", () => {
  const told = NIGHT.slice(0, 120).map((batch, i) => {
    const events = batch.events.filter(({ payload }) => i < 60 || payload.symbol === "BTCUSDT");
    return { ...batch, events };
  });
  const last = (symbol: string) =>
    only(toldOf(told), "recommendation").filter(({ line }) => line.payload.symbol === symbol).at(-1)!.atS;
  assert.equal([last("BTCUSDT"), last("ETHUSDT")], [110, 80]);
});

test("adviser() has no ear for symbols that are not its task", () => {
  const task = { ...AI_TASK, symbols: ["BTCUSDT"] };
  const without = NIGHT.map((batch) => ({
    ...batch,
    events: batch.events.filter(({ payload }) => payload.symbol === "BTCUSDT"),
  }));
  assert.equal(toldOf(NIGHT, task), toldOf(without, task));
});

test("adviser() hears signals, and nothing in fills", () => {
  const reason = { rule: "test" };
  const said = {
    strategy_id: "s",
    symbol: "BTCUSDT",
    side: "BUY",
    score: 1,
    confidence: 1,
    horizon_ms: 1,
    reason,
  };
  const filled = { venue: "v", strategy_id: "s", client_order_id: "1", order_id: "1", symbol: "BTCUSDT" };
  const taken = { ...filled, side: "BUY", qty: "1", price: "1", fee: "0", fee_asset: "USDT" } as const;
  const told = (more: Batch["events"]) =>
    toldOf(NIGHT.slice(0, 301).map((batch) => ({ ...batch, events: [...batch.events, ...more] })));
  const ts = AI_START_TS;
  const bare = told([]);
  assert.equal(told([{ type: "fill", ts, payload: { ...taken, liquidity: "taker", model: "m" } }]), bare);
  const heard = rowsOf(told([{ type: "signal", ts, payload: { ...said, side: "BUY" } }]));
  assert.is(heard.length, rowsOf(bare).length);
  assert.is(heard.filter((row) => row.at(-1)! > 0).length, heard.filter((row) => row[1] === 0).length);
});

test("useModel() changes who advises, and back", () => {
  const model = trainModel(madeUpRows({ seed: 1, count: 500, lean: 0.3 }), AI_TASK.horizon_ms);
  const id = modelIdOf(sha256Hex(JSON.stringify(model)));
  const worker = adviser({ ...AI_TASK, model });
  const ids: string[] = [];
  for (const [i, batch] of NIGHT.slice(0, 90).entries()) {
    if (i === 45) worker.useModel(null);
    if (i === 55) worker.useModel(model);
    if (i === 65) worker.useModel({ ...model, horizon_ms: 1000 });
    for (const line of worker.batch(batch)) {
      if (line.type === "recommendation" && line.payload.symbol === "BTCUSDT") {
        ids.push(line.payload.model_id);
      }
    }
  }
  assert.equal(ids, [id, id, "online", id, "online", "online"]);
});

test("adviser() finds what there is to know of the embedded market: a snapshot passes in most hours", () => {
  let hours = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const { verdicts, active } = aiTrial({ seed, durationMs: 60 * MINUTE_MS });
    assert.is(verdicts.length, 4);
    const passed = verdicts.some(({ passes }) => passes);
    assert.is(active !== null, passed);
    hours += passed ? 1 : 0;
  }
  assert.ok(hours >= 6, `${hours} of 8`);
});

test.run();
