import { test } from "uvu";
import * as assert from "uvu/assert";
import { AiSnapshots } from "../../src/sinks/ai_snapshots.ts";
import { isSampleModel } from "../support/ai_run.ts";
import { sampleSnapshot } from "../support/ai_snapshots.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";

const opened = (files: MemoryFiles) => new AiSnapshots(files, "/var", isSampleModel);

function kept(count: number): { readonly files: MemoryFiles; readonly snapshots: AiSnapshots } {
  const files = memoryFiles();
  const snapshots = opened(files);
  for (let i = 0; i < count; i++) snapshots.keep(sampleSnapshot(i), []);
  return { files, snapshots };
}

test("AiSnapshots counts from 1, and keeps what a power loss does not take away", () => {
  const { files, snapshots } = kept(3);
  assert.equal(snapshots.numbers(), [1, 2, 3]);
  const after = opened(files.afterPowerLoss());
  for (const n of [1, 2, 3]) assert.not.ok("problem" in after.read(n));
});

test("AiSnapshots gives no number twice: not that of a removed one, of a half made one, of one that is named", () => {
  const { files, snapshots } = kept(3);
  snapshots.removeOldest(0, []);
  assert.equal(snapshots.numbers(), []);
  assert.is(snapshots.keep(sampleSnapshot(9), []), 4);
  files.writeNew("/var/ai/snapshots/6/dataset.json.tmp", new Uint8Array());
  assert.is(snapshots.keep(sampleSnapshot(9), []), 7);
  assert.is(snapshots.keep(sampleSnapshot(9), [20]), 21);
  files.contents.set("/var/ai/numbers.json", new Uint8Array([1]));
  assert.is(snapshots.keep(sampleSnapshot(9), []), 22, "the folders make good what is damaged");
});

test("AiSnapshots takes other names in its folder for no snapshot", () => {
  const { files, snapshots } = kept(1);
  for (const name of ["01", "a", "1.bak", "1234567890"]) {
    files.writeNew(`/var/ai/snapshots/${name}/manifest.json`, new Uint8Array());
  }
  assert.equal(snapshots.numbers(), [1]);
});

test("removeOldest() removes the oldest that nobody needs, and what was never finished", () => {
  const { files, snapshots } = kept(5);
  files.remove("/var/ai/snapshots/4/manifest.json");
  snapshots.removeOldest(2, [1]);
  assert.equal(snapshots.numbers(), [1, 5]);
  snapshots.removeOldest(2, [1]);
  assert.equal(snapshots.numbers(), [1, 5]);
  snapshots.removeOldest(0, [1, 5]);
  assert.equal(snapshots.numbers(), [1, 5]);
});

test("removeOldest() takes the manifest first, and for good", () => {
  const { files, snapshots } = kept(2);
  files.calls.length = 0;
  snapshots.removeOldest(1, []);
  assert.equal(files.calls.slice(0, 2), [
    "remove /var/ai/snapshots/1/manifest.json",
    "syncDirectory /var/ai/snapshots/1",
  ]);
});

test.run();
