import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerLine } from "../../../src/core/ai_mail.ts";
import { batchLedger } from "../../../src/streams/ai/batch_ledger.ts";

const beat = (seq: number): WorkerLine => ({ type: "heartbeat", payload: { seq, rows: 0, drift: false } });
const advice = {
  type: "recommendation",
  payload: { symbol: "BTCUSDT", horizon_ms: 1000, p_up: 0.5, model_id: "online" },
} as const satisfies WorkerLine;
const probe: WorkerLine = { type: "probe_result", payload: { attempts: [] } };

test("batchLedger() hears answers to what was sent, in order", () => {
  const ledger = batchLedger(1000);
  assert.equal([ledger.send(), ledger.send(), ledger.unanswered], [1, 2, 2]);
  assert.equal([advice, beat(1), beat(2)].map((line) => ledger.hear(line, 0)), [null, null, null]);
  assert.is(ledger.unanswered, 0);
});

test("batchLedger() says what is wrong with a line that nobody asked for, comes twice, or never ends", () => {
  const ledger = batchLedger(1000);
  assert.is(ledger.hear(advice, 0), "recommendation that nobody has asked for");
  assert.is(ledger.hear(beat(1), 0), "heartbeat that nobody has asked for");
  ledger.send();
  assert.is(ledger.hear(beat(2), 0), "heartbeat of batch 2, expected 1");
  assert.is(ledger.hear(probe, 0), "1 times probe_result in answer to batch 1, at most 0");
  for (let i = 0; i < 16; i++) assert.is(ledger.hear(advice, 0), null);
  assert.is(ledger.hear(advice, 0), "17 times recommendation in answer to batch 1, at most 16");
});

test("batchLedger() hears advice by what is being learned and by models that were given, and by no other", () => {
  const ledger = batchLedger(1000);
  const by = (
    model_id: string,
  ): WorkerLine => ({ ...advice, payload: { ...advice.payload, model_id } } as WorkerLine);
  const sha256 = "ab".repeat(32);
  const id = `model_${sha256.slice(0, 16)}`;
  ledger.send();
  assert.is(ledger.hear(by(id), 0), `advice by ${id}, which it was not given`);
  ledger.give(null);
  ledger.give(sha256);
  assert.equal([by(id), by("online")].map((line) => ledger.hear(line, 0)), [null, null]);
});

test("batchLedger() hears no training before its time, and one in an answer", () => {
  const ledger = batchLedger(1000);
  const training = { type: "training_snapshot", payload: {} } as WorkerLine;
  ledger.send();
  assert.is(ledger.hear(training, 500), null);
  assert.is(ledger.hear(training, 2000), "2 times training_snapshot in answer to batch 1, at most 1");
  ledger.hear(beat(1), 2000);
  ledger.send();
  assert.is(ledger.hear(training, 1499), "training_snapshot after 999 ms, expected at least 1000");
});

test.run();
