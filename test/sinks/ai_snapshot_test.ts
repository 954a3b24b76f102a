import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact, sealArtefact } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { type NewSnapshot, readSnapshot, writeSnapshot } from "../../src/sinks/ai_snapshot.ts";
import { isSampleModel, sampleModel, sampleRows } from "../support/ai_run.ts";
import { sampleSnapshot } from "../support/ai_snapshots.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";

const FOLDER = "/var/ai/snapshots/7";
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function written(snapshot: NewSnapshot = sampleSnapshot(1)): MemoryFiles {
  const files = memoryFiles();
  writeSnapshot(files, FOLDER, 7, snapshot);
  return files;
}

const read = (files: MemoryFiles, n: number = 7) => readSnapshot(files, FOLDER, n, isSampleModel);

test("writeSnapshot() keeps dataset and model as their digests are made, and the manifest's fields in their order", () => {
  const files = written();
  const [dataset, model] = [JSON.stringify(sampleRows(3)), JSON.stringify(sampleModel(1))];
  assert.is(files.text(`${FOLDER}/dataset.json`), dataset);
  assert.is(files.text(`${FOLDER}/model.json`), model);
  const { sha256: _, ...fields } = openArtefact(files.text(`${FOLDER}/manifest.json`));
  assert.is(
    JSON.stringify(fields),
    JSON.stringify({
      schema: "nore/ai_snapshot",
      v: 1,
      n: 7,
      created_ts: 1001,
      run_id: "20261121_220000",
      source: "embedded",
      symbols: ["BTCUSDT", "ETHUSDT"],
      horizon_ms: 30_000,
      features: "1",
      rows: 3,
      first_ts: sampleRows(3)[0]![0],
      last_ts: sampleRows(3)[2]![0],
      dataset_sha256: sha256Hex(dataset),
      model_sha256: sha256Hex(model),
    }),
  );
});

test("writeSnapshot() writes the manifest last", () => {
  const renamed = written().calls.filter((call) => call.startsWith("rename "));
  assert.equal(renamed, ["dataset", "model", "manifest"].map((name) => `rename ${FOLDER}/${name}.json.tmp`));
});

test("writeSnapshot() refuses a dataset without rows", () => {
  assert.throws(() => written(sampleSnapshot(1, { rows: [] })), /a dataset without rows/);
});

test("readSnapshot() gives what was written", () => {
  const snapshot = read(written());
  if ("problem" in snapshot) throw new Error(snapshot.problem);
  assert.equal(snapshot.model, sampleModel(1));
  assert.equal([snapshot.n, snapshot.manifest.n, snapshot.manifest.rows], [7, 7, 3]);
});

/** The manifest with other fields, sealed anew, as only somebody who means it would. */
function resealed(files: MemoryFiles, more: Readonly<Record<string, unknown>>): void {
  const { sha256: _, ...fields } = openArtefact(files.text(`${FOLDER}/manifest.json`));
  files.contents.set(`${FOLDER}/manifest.json`, utf8(sealArtefact({ ...fields, ...more })));
}

function withModel(files: MemoryFiles, text: string): void {
  files.contents.set(`${FOLDER}/model.json`, utf8(text));
  resealed(files, { model_sha256: sha256Hex(text) });
}

function withDataset(files: MemoryFiles, text: string): void {
  files.contents.set(`${FOLDER}/dataset.json`, utf8(text));
  resealed(files, { dataset_sha256: sha256Hex(text) });
}

const set = (name: string, bytes: Uint8Array) => (files: MemoryFiles) =>
  void files.contents.set(`${FOLDER}/${name}`, bytes);

const CORRUPT: readonly (readonly [what: string, make: (files: MemoryFiles) => unknown, problem: RegExp])[] =
  [
    ["no manifest", (files) => files.remove(`${FOLDER}/manifest.json`), /never finished/],
    ["half a manifest", set("manifest.json", utf8('{"sha256":"00')), /does not begin with/],
    ["a manifest of another content", (files) => {
      const text = files.text(`${FOLDER}/manifest.json`).replace('"rows":3', '"rows":4');
      files.contents.set(`${FOLDER}/manifest.json`, utf8(text));
    }, /sha256 is/],
    [
      "a manifest of something else",
      (files) => resealed(files, { schema: "nore/report" }),
      /schema is "nore\/rep/,
    ],
    ["a later version", (files) => resealed(files, { v: 2 }), /v is 2/],
    ["another number", (files) => resealed(files, { n: 8 }), /n is 8, the folder is 7/],
    ["no horizon", (files) => resealed(files, { horizon_ms: undefined }), /horizon_ms is missing/],
    ["symbols that are none", (files) => resealed(files, { symbols: [1] }), /symbols is \[1\]/],
    ["no run", (files) => resealed(files, { run_id: 5 }), /run_id is 5/],
    ["no digest", (files) => resealed(files, { model_sha256: "x" }), /model_sha256 is "x"/],
    ["another horizon", (files) => resealed(files, { horizon_ms: 1 }), /horizon_ms of model\.json/],
    ["no dataset", (files) => files.remove(`${FOLDER}/dataset.json`), /ENOENT/],
    ["another dataset", set("dataset.json", utf8("[]")), /^dataset\.json: SHA-256 is/],
    ["more rows", (files) => withDataset(files, JSON.stringify(sampleRows(4))), /does not hold the rows/],
    ["other rows", (files) => withDataset(files, JSON.stringify(sampleRows(3, 5))), /does not hold the rows/],
    ["a dataset that is no list", (files) => withDataset(files, "{}"), /does not hold the rows/],
    ["bytes that are no text", set("model.json", new Uint8Array([0xff])), /./],
    ["another model", set("model.json", utf8(JSON.stringify(sampleModel(2)))), /^model\.json: SHA-256 is/],
    ["what is no model", (files) => withModel(files, "{}"), /holds no model/],
    [
      "a model in another form",
      (files) => withModel(files, `${JSON.stringify(sampleModel(1))} `),
      /holds no model/,
    ],
  ];

for (const [what, make, problem] of CORRUPT) {
  test(`readSnapshot() refuses a snapshot with ${what}`, () => {
    const files = written();
    make(files);
    const snapshot = read(files);
    assert.match("problem" in snapshot ? snapshot.problem : "", problem);
  });
}

test.run();
