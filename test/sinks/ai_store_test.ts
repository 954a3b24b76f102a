import { test } from "uvu";
import * as assert from "uvu/assert";
import { AiStore } from "../../src/sinks/ai_store.ts";
import { isSampleModel, sampleModel } from "../support/ai_run.ts";
import { SAMPLE_FIT, sampleSnapshot } from "../support/ai_snapshots.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";

const opened = (files: MemoryFiles, keptMax = 64) =>
  new AiStore(files, "/var", { isModel: isSampleModel, keptMax });
const because = { ts: 5, reason: "because" };

/** With snapshots 1 to `count`, of which `active` were made active one after the other. */
function stored(count: number, active: readonly number[] = [], keptMax = 64) {
  const files = memoryFiles();
  const store = opened(files, keptMax);
  for (let n = 1; n <= count; n++) assert.is(store.keep(sampleSnapshot(n)), n);
  for (const n of active) assert.ok(store.activate(n, because).ok);
  return { files, store };
}

/** The number that advises, and what is said of it. */
function answer(store: AiStore, fit = SAMPLE_FIT) {
  const { active, said } = store.active(fit);
  if (active !== null) assert.equal(active.model, sampleModel(active.n));
  return [active?.n ?? null, said];
}

function spoil(files: MemoryFiles, n: number): void {
  files.contents.set(`/var/ai/snapshots/${n}/model.json`, new TextEncoder().encode("{}"));
}

test("AiStore begins with nothing", () => {
  const { store } = stored(0);
  assert.equal([store.list(), answer(store)], [[], [null, null]]);
  assert.equal(store.rollback(because), { ok: false, code: "none_active", why: "no snapshot is active" });
});

test("AiStore lets no snapshot advise before it is made active, and gives it to whoever opens it later", () => {
  const { files, store } = stored(2);
  assert.equal(answer(store), [null, null]);
  store.activate(2, because);
  assert.equal(answer(store), [2, null]);
  assert.equal(answer(opened(files)), [2, null]);
  assert.equal(store.list().map(({ n, state, why }) => [n, state, why]), [[1, "inactive", null], [
    2,
    "active",
    null,
  ]]);
});

test("activate() refuses what is not there or corrupt, and leaves the pointer", () => {
  const { files, store } = stored(3, [1]);
  spoil(files, 2);
  assert.equal(store.activate(7, because), { ok: false, code: "missing", why: "there is no snapshot 7" });
  const refused = store.activate(2, because);
  assert.is(refused.ok ? "" : refused.code, "corrupt");
  assert.match(refused.ok ? "" : refused.why, /^snapshot 2: model\.json: SHA-256 is/);
  assert.equal(answer(store), [1, null]);
});

test("rollback() goes to the one before, at last to none", () => {
  const { store } = stored(3, [1, 3]);
  const moved = store.rollback(because);
  assert.is(moved.ok && moved.to!.n, 1);
  assert.equal(answer(store), [1, null]);
  assert.equal(store.rollback(because), { ok: true, to: null });
  assert.equal(answer(store), [null, null]);
});

test("rollback() passes over what is corrupt by now", () => {
  const { files, store } = stored(3, [1, 2, 3]);
  spoil(files, 2);
  const moved = store.rollback(because);
  assert.is(moved.ok && moved.to!.n, 1);
});

test("active() refuses a corrupt snapshot, and the last good one before it takes its place", () => {
  const { files, store } = stored(3, [1, 2, 3]);
  spoil(files, 3);
  const [n, said] = answer(store);
  assert.is(n, 2);
  assert.match(String(said), /^snapshot 3 is not used: model\.json: SHA-256 is .*: 2 takes its place$/);
  assert.equal(store.list().map(({ state }) => state), ["inactive", "inactive", "corrupt"]);
  spoil(files, 2);
  spoil(files, 1);
  const [none, all] = answer(store);
  assert.is(none, null);
  assert.match(String(all), /snapshot 3 is not used.*snapshot 2 is not used.*snapshot 1 is not used/);
});

test("active() refuses a whole snapshot that is not the one that was made active", () => {
  const { files, store } = stored(2, [2]);
  for (const name of ["dataset.json", "model.json", "manifest.json"]) {
    files.remove(`/var/ai/snapshots/2/${name}`);
  }
  files.remove("/var/ai/numbers.json");
  files.remove("/var/ai/active.json");
  const pointer = stored(2, [2]).files.contents.get("/var/ai/active.json")!;
  assert.is(store.keep(sampleSnapshot(9)), 2);
  files.contents.set("/var/ai/active.json", pointer);
  assert.equal(answer(store), [
    null,
    "snapshot 2 is not used: its model is not the one that was made active",
  ]);
  assert.equal(store.list().map(({ state }) => state), ["inactive", "corrupt"]);
});

test("active() gives nothing that was made for something else, of all that were active", () => {
  const cases: readonly (readonly [more: object, said: string])[] = [
    [{ source: "binance" }, "source embedded, and binance is wanted"],
    [{ horizon_ms: 5000 }, "horizon_ms 30000, and 5000 is wanted"],
    [{ features: "2" }, "features 1, and 2 is wanted"],
  ];
  for (const [more, said] of cases) {
    const { store } = stored(2, [1, 2]);
    assert.equal(answer(store, { ...SAMPLE_FIT, ...more }), [
      null,
      `snapshot 2 is not used: it was made for ${said}; snapshot 1 is not used: it was made for ${said}`,
    ]);
  }
});

test("active() passes over those before it that were made for something else", () => {
  const files = memoryFiles();
  const store = opened(files);
  for (const source of ["embedded", "binance", "embedded"]) store.keep(sampleSnapshot(1, { source }));
  for (const n of [1, 2, 3]) store.activate(n, because);
  spoil(files, 3);
  assert.is(store.active(SAMPLE_FIT).active?.n, 1);
});

test("AiStore follows no damaged pointer, and removes nothing while it cannot say what advises", () => {
  const { files, store } = stored(1, [1], 1);
  for (const n of [2, 3]) store.keep(sampleSnapshot(n));
  assert.equal(store.list().map(({ n }) => n), [1, 3]);
  files.contents.set("/var/ai/active.json", new TextEncoder().encode("{}"));
  const [n, said] = answer(store);
  assert.is(n, null);
  assert.match(String(said), /active\.json is damaged: /);
  const before = store.list().length;
  store.keep(sampleSnapshot(4));
  assert.is(store.list().length, before + 1);
  assert.is(store.rollback(because).ok, false);
  assert.ok(store.activate(4, because).ok, "a new choice makes it good");
  assert.equal(store.active(SAMPLE_FIT).active?.n, 4);
});

test("keep() removes the oldest that neither advises nor did", () => {
  const { store } = stored(3, [1, 2], 3);
  for (const n of [4, 5, 6]) assert.is(store.keep(sampleSnapshot(n)), n);
  assert.equal(store.list().map(({ n }) => n), [1, 2, 6]);
});

test("a night does not write over what an operator has chosen meanwhile", () => {
  const { files, store: night } = stored(3, [1]);
  assert.ok(opened(files).activate(2, because).ok);
  assert.equal(night.activate(3, because), {
    ok: false,
    code: "changed",
    why: "/var/ai/active.json has changed meanwhile",
  });
  assert.is(night.rollback(because).ok, false);
  assert.equal(answer(night), [2, null]);
  assert.ok(night.activate(3, because).ok, "it has seen it now");
  assert.equal(answer(night), [3, null]);
});

test.run();
