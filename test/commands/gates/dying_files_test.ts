import { test } from "uvu";
import * as assert from "uvu/assert";
import { dyingFiles } from "../../../src/commands/gates/dying_files.ts";
import type { Files } from "../../../src/core/ports.ts";
import { memoryFiles } from "../../support/memory_files.ts";

const bytes = new TextEncoder().encode("12345");
const NEVER = { dieAt: Infinity, writesHalf: false };

/** Seven calls that change something; some that do not. */
function work(files: Files): void {
  files.makeDirectory("/run");
  const handle = files.append("/run/a.tmp");
  handle.write(bytes);
  handle.sync();
  handle.close();
  files.exists("/run/a.tmp");
  files.rename("/run/a.tmp", "/run/a");
  files.syncDirectory("/run");
  files.writeNew("/run/b", bytes);
  files.remove("/run/b");
}

test("dyingFiles() counts every call that changes something, and does it", () => {
  const disk = memoryFiles();
  const files = dyingFiles(disk, NEVER);
  work(files);
  assert.equal(files.calls, [
    "makeDirectory /run",
    "open /run/a.tmp",
    "write /run/a.tmp",
    "sync /run/a.tmp",
    "rename /run/a.tmp",
    "syncDirectory /run",
    "writeNew /run/b",
    "remove /run/b",
  ]);
  assert.equal([disk.text("/run/a"), disk.exists("/run/b"), files.isDead], ["12345", false, false]);
});

test("dyingFiles() does not do the n-th call, nor any after it", () => {
  for (let dieAt = 1; dieAt <= 8; dieAt++) {
    const disk = memoryFiles();
    const files = dyingFiles(disk, { ...NEVER, dieAt });
    assert.throws(() => work(files), /^Died before /);
    assert.is(files.calls.length, dieAt - 1);
    assert.ok(files.isDead);
    assert.throws(() => files.remove("/run/a"), "Died before remove /run/a");
    assert.is(files.calls.length, dieAt - 1);
    assert.is(disk.exists("/run/a"), dieAt > 5);
  }
});

test("dyingFiles() takes half of what is to be written when its writes are short", () => {
  const disk = memoryFiles();
  const files = dyingFiles(disk, { ...NEVER, writesHalf: true });
  const handle = files.append("/a");
  assert.equal([handle.write(bytes), handle.write(bytes.subarray(3))], [3, 1]);
  assert.is(disk.text("/a"), "1234");
});

test("dyingFiles() closes what is still open when it is buried, and nothing twice", () => {
  const disk = memoryFiles();
  let closed = 0;
  const counting: Files = {
    ...disk,
    append: (path) => ({ ...disk.append(path), close: () => void closed++ }),
  };
  const files = dyingFiles(counting, NEVER);
  const [one] = [files.append("/a"), files.append("/b")];
  one!.close();
  one!.close();
  assert.is(closed, 1);
  files.bury();
  files.bury();
  assert.is(closed, 2);
});

test.run();
