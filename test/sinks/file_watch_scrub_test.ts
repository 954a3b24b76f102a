import { test } from "uvu";
import * as assert from "uvu/assert";
import type { StopJournal } from "../../src/core/event.ts";
import { BLOCK_BYTES } from "../../src/sinks/block_hashes.ts";
import { FileWatch } from "../../src/sinks/file_watch.ts";
import { rememberWrites } from "../../src/sinks/written_files.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { draftOf, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { edit, flip, TICKS, watched } from "../support/watched_files.ts";

/** How the watch reads old bytes again: in rounds, at a rate, and what it finds there. */

/** One inbox of so many blocks, and which of them each look reads; Infinity for all of them. */
function scrubbed(blocks: number, scrubBytesPerS: number): {
  readonly disk: MemoryFiles;
  readonly look: (afterMs?: number) => { readonly code: string | null; readonly read: readonly number[] };
} {
  const disk = memoryFiles();
  const reads: number[] = [];
  const { read, readPart } = disk;
  disk.read = (path) => {
    reads.push(Infinity);
    return read(path);
  };
  disk.readPart = (path, offset, length) => {
    reads.push(offset / BLOCK_BYTES);
    return readPart(path, offset, length);
  };
  const run = rememberWrites(disk, RUN_FOLDER);
  run.files.append(`${RUN_FOLDER}/${TICKS}`).write(new Uint8Array(blocks * BLOCK_BYTES).fill(10));
  let now = 0;
  const watch = new FileWatch(run, { clock: { now: () => now }, scrubBytesPerS });
  return {
    disk,
    look(afterMs = 1000) {
      reads.length = 0;
      now += afterMs;
      const payload = watch.look()?.payload as StopJournal | undefined;
      return { code: payload?.reason_code ?? null, read: [...reads] };
    },
  };
}

test("look() reads what is older than the last blocks in rounds, at the rate that is asked for", () => {
  const { look } = scrubbed(6, BLOCK_BYTES);
  const rounds = Array.from({ length: 8 }, () => look().read);
  assert.equal(rounds, [[4, 5, 0], [4, 5, 1], [4, 5, 2], [4, 5, 3], [4, 5, 4], [4, 5, 5], [4, 5], [4, 5, 0]]);
});

test("look() goes at most one block beyond its rate, and makes up for it", () => {
  const { look } = scrubbed(6, BLOCK_BYTES / 2);
  assert.equal(Array.from({ length: 5 }, () => look().read.slice(2)), [[0], [], [1], [], [2]]);
});

test("look() does not make up for more than a second when it comes late", () => {
  const { look } = scrubbed(6, 2 * BLOCK_BYTES);
  assert.equal(look(60_000).read, [4, 5, 0, 1]);
});

test("look() reads all of a small journal at most once", () => {
  const { look } = scrubbed(3, 100 * BLOCK_BYTES);
  assert.equal(look().read, [1, 2, 0, 1, 2]);
});

for (const [rate, looks] of [[BLOCK_BYTES, 4], [0, Infinity]] as const) {
  test(`look() finds an old byte flipped after ${looks} looks at ${rate} bytes a second`, () => {
    const { disk, look } = scrubbed(9, rate);
    edit(disk, TICKS, flip(3 * BLOCK_BYTES + 5));
    const found = Array.from({ length: 12 }, () => look().code).indexOf("HASH_MISMATCH");
    assert.is(found, looks === Infinity ? -1 : looks - 1);
  });
}

test("look() does not read all of a long file for the line that is bad", () => {
  const { disk, look } = scrubbed(257, 0);
  edit(disk, TICKS, flip(-1));
  assert.equal(look(), { code: "HASH_MISMATCH", read: [255, 256] });
});

test("look() finds an old byte flipped behind it in the next round", () => {
  const { disk, look } = scrubbed(4, BLOCK_BYTES);
  for (let i = 0; i < 4; i++) assert.is(look().code, null);
  edit(disk, TICKS, flip(5));
  assert.equal(Array.from({ length: 2 }, () => look().code), [null, "HASH_MISMATCH"]);
});

test("look() finds a byte flipped in a segment that was rotated away", () => {
  const open = watched({ rotateBytes: 4096, scrubBytesPerS: 100_000 });
  for (let i = 0; i < 60; i++) open.turn(draftOf("market_tick", START_TS + 2000 + i * 300));
  for (let i = 0; i < 3; i++) assert.is(open.look(), null);
  edit(open.disk, "queues/market_ticks/inbox.000001.jsonl", flip(700));
  const [code, detail] = open.look()!;
  assert.is(code, "HASH_MISMATCH");
  assert.match(detail, /inbox\.000001\.jsonl: .*line 2/);
});

test.run();
