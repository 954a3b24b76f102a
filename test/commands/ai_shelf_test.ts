import { test } from "uvu";
import * as assert from "uvu/assert";
import { aiShelf, type AiShelfOptions } from "../../src/commands/ai_shelf.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { AiStore } from "../../src/sinks/ai_store.ts";
import { aiFilePath, keepAiFile } from "../../src/sinks/run_folder.ts";
import { isSampleModel, sampleModel, sampleRows } from "../support/ai_run.ts";
import { SAMPLE_FIT, sampleSnapshot } from "../support/ai_snapshots.ts";
import { memoryFiles } from "../support/memory_files.ts";

const storeOn = (files: ReturnType<typeof memoryFiles>) =>
  new AiStore(files, "/var", { isModel: isSampleModel, keptMax: 10 });

/** A night's shelf over a store in memory, and an operator who works with the same store. */
function stage(more: Partial<AiShelfOptions> = {}) {
  const files = memoryFiles();
  const store = storeOn(files);
  store.active(SAMPLE_FIT);
  const shelf = aiShelf({
    store,
    fit: SAMPLE_FIT,
    pointed: null,
    keepAiFile: (kind, content) => keepAiFile(files, "/run", kind, content),
    runId: "20261121_220000",
    symbols: ["BTCUSDT", "ETHUSDT"],
    ...more,
  });
  const operator = () => {
    const own = storeOn(files);
    own.pointer();
    return own;
  };
  return { files, store, shelf, operator };
}
const digestOf = (value: unknown): string => sha256Hex(JSON.stringify(value));
const modelPath = (weight: number) => `/run/${aiFilePath("model", digestOf(sampleModel(weight)))}`;
const snapshot = (weight: number) => ({ model: sampleModel(weight), rows: sampleRows(3) });
const by = (reason: string) => ({ ts: 5, reason });

test("aiShelf() keeps the rows of a pack in the run", () => {
  const { files, shelf } = stage();
  shelf.keepPack("[[1]]");
  assert.is(files.text(`/run/${aiFilePath("pack", sha256Hex("[[1]]"))}`), "[[1]]");
});

test("aiShelf() keeps a snapshot in the store, and its model in the run", () => {
  const { files, store, shelf } = stage();
  assert.equal([shelf.keepSnapshot(snapshot(0.5), 77), shelf.keepSnapshot(snapshot(0.75), 78)], [1, 2]);
  assert.is(files.text(modelPath(0.5)), JSON.stringify(sampleModel(0.5)));
  const [first] = store.list();
  assert.is(first!.state, "inactive");
  const { created_ts, run_id, source, symbols, horizon_ms, features } = first!.manifest!;
  assert.equal([created_ts, run_id, source, symbols, horizon_ms, features], [
    77,
    "20261121_220000",
    "embedded",
    ["BTCUSDT", "ETHUSDT"],
    30_000,
    "1",
  ]);
});

test("aiShelf() makes a snapshot active, which is no news to itself", () => {
  const { store, shelf } = stage();
  const n = shelf.keepSnapshot(snapshot(0.5), 77);
  assert.is(shelf.activate(n, by("it passed")), null);
  assert.is(store.active(SAMPLE_FIT).active!.n, n);
  assert.is(shelf.changed(), null);
});

test("aiShelf() does not make active what is not there, or where somebody else was quicker", () => {
  const { shelf, operator } = stage();
  assert.is(shelf.activate(7, by("it passed")), "there is no snapshot 7");
  const [first, second] = [0.5, 0.75].map((weight) => shelf.keepSnapshot(snapshot(weight), 77));
  assert.equal(operator().activate(first!, by("by hand")).ok, true);
  assert.type(shelf.activate(second!, by("it passed")), "string");
  const changed = shelf.changed()!;
  assert.equal([changed.active!.n, changed.reason], [first, "by hand"]);
  assert.is(shelf.activate(second!, by("it passed")), null, "it has looked again");
});

test("aiShelf() follows an operator to another one, keeps its model in the run, and tells it once", () => {
  const { files, shelf, operator } = stage();
  const own = operator();
  own.keep(sampleSnapshot(0.5, { created_ts: 1 }));
  assert.is(own.activate(1, by("by hand")).ok, true);
  assert.equal(shelf.changed(), {
    active: { n: 1, model: sampleModel(0.5), modelSha256: digestOf(sampleModel(0.5)) },
    reason: "by hand",
  });
  assert.is(files.text(modelPath(0.5)), JSON.stringify(sampleModel(0.5)));
  assert.is(shelf.changed(), null);
});

test("aiShelf() follows an operator to none", () => {
  const { shelf, operator } = stage();
  const n = shelf.keepSnapshot(snapshot(0.5), 77);
  shelf.activate(n, by("it passed"));
  assert.is(operator().rollback(by("too bold")).ok, true);
  assert.equal(shelf.changed(), { active: null, reason: "too bold" });
  assert.is(shelf.changed(), null);
});

test("aiShelf() knows from the beginning what was active", () => {
  const { shelf, operator } = stage({ pointed: 1 });
  const own = operator();
  own.keep(sampleSnapshot(0.5, { created_ts: 1 }));
  own.activate(1, by("long ago"));
  assert.is(shelf.changed(), null);
});

test("aiShelf() takes nobody's hand for it that what was active cannot be used", () => {
  const { shelf, operator } = stage({ pointed: 1 });
  const own = operator();
  own.keep(sampleSnapshot(0.5, { created_ts: 1, source: "binance" }));
  own.activate(1, by("for another night"));
  assert.is(shelf.changed(), null);
});

test("aiShelf() says why the one that an operator wants cannot be used", () => {
  const { shelf, operator } = stage();
  const own = operator();
  own.keep(sampleSnapshot(0.5, { created_ts: 1, source: "binance" }));
  own.activate(1, by("by hand"));
  const changed = shelf.changed()!;
  assert.is(changed.active, null);
  assert.match(changed.reason, /^by hand; snapshot 1 is not used: it was made for source binance/);
});

test("aiShelf() heeds no pointer that is damaged", () => {
  const { files, shelf } = stage();
  shelf.activate(shelf.keepSnapshot(snapshot(0.5), 77), by("it passed"));
  files.contents.set("/var/ai/active.json", new TextEncoder().encode("{"));
  assert.is(shelf.changed(), null);
});

test.run();
