import { test } from "uvu";
import * as assert from "uvu/assert";
import { assess } from "../support/crashed_nights.ts";
import { memoryFiles } from "../support/memory_files.ts";
import {
  filledFiles,
  proveTornKept,
  sweepCuts,
  tornNight,
  wholeEvents,
  withBytes,
} from "../support/torn_sweep.ts";

/** A run that a crash cut short, each of its files cut off at its bytes, or with NULs behind them. */

/** 1 is every byte. */
export const STRIDE = 307;

const { crashed, stages } = await tornNight();

for (const stage of stages) {
  test(`recoverRun() keeps the longest beginning of whole turns wherever a crash has cut ${stage.what}`, async () => {
    assert.ok(await sweepCuts(crashed, stage, STRIDE) > 1);
  });
}

const BLOCK_BYTES = 4096;

test("recoverRun() takes a block of NULs at the end of a file for what a crash left", async () => {
  for (const { files, contents } of stages) {
    for (const path of filledFiles(contents, files)) {
      const bytes = contents.get(path)!;
      const end = Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES;
      const longer = new Uint8Array(end + BLOCK_BYTES);
      longer.set(bytes);
      const whole = wholeEvents(crashed, contents);
      await proveTornKept(crashed, withBytes(contents, path, longer), {
        whole,
        what: `${path}, a block more`,
      });
      // Its last block is not there, though its length is.
      const holed = bytes.slice().fill(0, end - BLOCK_BYTES);
      const left = wholeEvents(crashed, withBytes(contents, path, bytes.slice(0, end - BLOCK_BYTES)));
      await proveTornKept(crashed, withBytes(contents, path, holed), {
        whole: left,
        what: `${path}, a block less`,
      });
    }
  }
});

test("a run that has ended is refused where a file is cut, or holds NULs", () => {
  const ended = crashed.night.files.contents;
  const files = filledFiles(ended, /\/queues\/\w+\/(?:inbox|acks|deadletter)\.jsonl$/);
  assert.ok(files.length > 10);
  for (const path of files) {
    const bytes = ended.get(path)!;
    const damages = [bytes.slice(0, -1), bytes.slice().fill(0, 0, 16), new Uint8Array([...bytes, 0])];
    for (const damaged of damages) {
      const { need, verification } = assess(crashed, memoryFiles(withBytes(ended, path, damaged)));
      assert.is(need, "damaged", path);
      const isNamed = verification.findings.problems.some(({ file }) => path.endsWith(`/${file}`));
      assert.ok(isNamed, path);
    }
  }
});

test("a run that a crash cut short is refused where NULs stand below what its last anchor counts", () => {
  const contents = stages.find(({ what }) => what === "snapshots")!.contents;
  const path = `${crashed.night.runFolder}/queues/market_ticks/inbox.jsonl`;
  const disk = memoryFiles(withBytes(contents, path, contents.get(path)!.slice().fill(0, 0, 16)));
  const before = disk.calls.length;
  assert.is(assess(crashed, disk).need, "damaged");
  assert.is(disk.calls.length, before, "nothing is written");
});

test.run();
