import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiRow, WorkerLine } from "../../../../src/core/ai_mail.ts";
import { sha256Hex } from "../../../../src/core/sha256.ts";
import { trainModel } from "../../../../src/streams/ai/train_model.ts";
import { dataset, PACK_ROWS_MAX, SNAPSHOT_ROWS_MIN } from "../../../../src/streams/ai/worker/dataset.ts";
import { madeUpRows } from "../../../support/ai_rows.ts";

const ROWS = madeUpRows({ seed: 1, count: 2 * PACK_ROWS_MAX + 10, lean: 0.2 });
const rowsOf = (line: WorkerLine): readonly AiRow[] => line.type === "feature_pack" ? line.rows : [];

function filled(count: number, rowsMax = 4000) {
  const rows = dataset(rowsMax, []);
  for (const row of ROWS.slice(0, count)) rows.add(row);
  return rows;
}

test("packs() tells each row once, with the hash of what it tells", () => {
  const rows = filled(3);
  const [pack] = rows.packs();
  const content_sha256 = sha256Hex(JSON.stringify(ROWS.slice(0, 3)));
  assert.equal(pack, {
    type: "feature_pack",
    payload: { name: "direction", version: "1", rows: 3, content_sha256 },
    rows: ROWS.slice(0, 3),
  });
  assert.equal(rows.packs(), []);
  rows.add(ROWS[3]!);
  assert.equal(rows.packs().map(rowsOf), [[ROWS[3]!]]);
  assert.is(rows.count, 4);
});

test("packs() cuts what is too long for a line", () => {
  const rows = filled(ROWS.length);
  assert.ok(rows.isFull);
  const packs = rows.packs();
  assert.equal(packs.map((pack) => rowsOf(pack).length), [PACK_ROWS_MAX, PACK_ROWS_MAX, 10]);
  assert.equal(packs.flatMap(rowsOf), ROWS);
  assert.ok(packs.every((pack) => JSON.stringify(pack).length < 1_048_576 / 2));
  assert.not(rows.isFull);
});

test("snapshot() is trained on the newest rows that were told, and on none that were not", () => {
  const rows = filled(500, 300);
  rows.packs();
  rows.add(ROWS[500]!);
  const newest = ROWS.slice(200, 500);
  assert.equal(rows.snapshot(30_000), {
    type: "training_snapshot",
    payload: {
      rows: 300,
      dataset_sha256: sha256Hex(JSON.stringify(newest)),
      model: trainModel(newest, 30_000),
    },
  });
});

test("snapshot() is none where too little was told", () => {
  const rows = filled(SNAPSHOT_ROWS_MIN - 1);
  rows.packs();
  rows.add(ROWS[0]!);
  assert.is(rows.snapshot(30_000), null);
  rows.packs();
  assert.is.not(rows.snapshot(30_000), null);
});

test.run();
