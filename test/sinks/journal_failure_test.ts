import { test } from "uvu";
import * as assert from "uvu/assert";
import { JournalFailure, stopReasonOf, syncOnce } from "../../src/sinks/journal_failure.ts";
import { systemError } from "../support/memory_files.ts";

const CASES: readonly (readonly [what: string, error: unknown, code: string, mayRetry: boolean])[] = [
  ["a full disk", systemError("ENOSPC"), "DISK_FULL", true],
  ["a quota that is used up", systemError("EDQUOT"), "DISK_FULL", true],
  ["an input/output error", systemError("EIO"), "SINK_IO", false],
  ["a read-only file system", systemError("EROFS"), "SINK_IO", false],
  ["an error without a code", new Error("lost"), "SINK_IO", false],
  ["a thrown text", "lost", "SINK_IO", false],
  ["a thrown nothing", null, "SINK_IO", false],
];

for (const [what, error, code, mayRetry] of CASES) {
  test(`stopReasonOf() gives ${code} when it is ${what}`, () => {
    const failure = stopReasonOf(error);
    assert.equal([failure.code, failure.mayRetry], [code, mayRetry]);
    assert.is(failure.message, error instanceof Error ? error.message : String(error));
    assert.is(failure.name, "JournalFailure");
  });

  test(`syncOnce() allows no retry when it is ${what}`, () => {
    try {
      syncOnce(() => {
        throw error;
      });
      assert.unreachable();
    } catch (failure) {
      assert.instance(failure, JournalFailure);
      assert.equal([(failure as JournalFailure).code, (failure as JournalFailure).mayRetry], [code, false]);
    }
  });
}

test("stopReasonOf() leaves a failure as it is", () => {
  const failure = new JournalFailure("DISK_FULL", "full", { mayRetry: false });
  assert.is(stopReasonOf(failure), failure);
});

test("syncOnce() runs the call once", () => {
  let calls = 0;
  syncOnce(() => calls++);
  assert.is(calls, 1);
});

test.run();
