import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { JournalFailure } from "../../src/sinks/journal_failure.ts";
import { SegmentedFile } from "../../src/sinks/segmented_file.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";

const PATH = "/run/inbox.jsonl";

function codeOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

test("write() puts what was added into the file, as one batch", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 1000);
  file.add("a\n");
  file.add("bc\n");
  assert.is(files.text(PATH), "");
  assert.is(file.pendingLines, 2);
  file.write();
  assert.is(files.text(PATH), "a\nbc\n");
  assert.is(file.pendingLines, 0);
  assert.equal(file.segments(), [{ name: "inbox.jsonl", bytes: 5, lines: 2 }]);
  assert.equal(files.calls, [`open ${PATH}`, `write ${PATH}`]);
});

test("write() counts bytes of UTF-8, not characters", () => {
  const file = new SegmentedFile(memoryFiles(), "/run", "inbox", 1000);
  file.add("€𝄞\n");
  file.write();
  assert.is(file.bytes, 8);
});

test("write() calls nothing when nothing waits", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 1000);
  file.write();
  file.sync();
  assert.equal(files.calls, [`open ${PATH}`]);
});

test("write() goes on when the system takes only part of a batch", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 1000);
  file.add("abcdefg\n");
  files.fault = (call) => call === "write" ? 3 : undefined;
  file.write();
  assert.is(files.text(PATH), "abcdefg\n");
  assert.is(files.calls.filter((call) => call === `write ${PATH}`).length, 3);
});

test("write() rotates before a batch that would pass the limit, and names the segments in order", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 10);
  for (const batch of [["1234\n", "678\n"], ["ab\n"], ["c\n", "d\n"], ["bcdefgh\n"]]) {
    batch.forEach((line) => file.add(line));
    file.write();
  }
  const texts = file.segments().map(({ name }) => files.text(`/run/${name}`));
  assert.equal(texts, ["1234\n678\n", "ab\nc\nd\n", "bcdefgh\n"]);
  assert.equal(file.segments(), [
    { name: "inbox.000001.jsonl", bytes: 9, lines: 2 },
    { name: "inbox.000002.jsonl", bytes: 7, lines: 3 },
    { name: "inbox.jsonl", bytes: 8, lines: 1 },
  ]);
  assert.equal([...files.contents.keys()].sort(), file.segments().map(({ name }) => `/run/${name}`));
});

test("write() rotates at the exact limit only when one byte more would come", () => {
  const segmentsAfter = (second: string) => {
    const file = new SegmentedFile(memoryFiles(), "/run", "inbox", 10);
    for (const line of ["12345\n", second]) {
      file.add(line);
      file.write();
    }
    return file.segments().length;
  };
  assert.is(segmentsAfter("123\n"), 1);
  assert.is(segmentsAfter("1234\n"), 2);
});

test("write() leaves a batch longer than the limit whole", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 4);
  file.add("123456789\n");
  file.write();
  assert.is(files.text(PATH), "123456789\n");
  assert.equal(file.segments(), [{ name: "inbox.jsonl", bytes: 10, lines: 1 }]);
});

test("write() syncs a full segment before it is closed, and the folder when the next one is there", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 4);
  file.add("abc\n");
  file.write();
  files.calls.length = 0;
  file.add("def\n");
  file.write();
  assert.equal(files.calls, [
    `sync ${PATH}`,
    `rename ${PATH}`,
    `open ${PATH}`,
    "syncDirectory /run",
    `write ${PATH}`,
  ]);
});

test("lines counts through all segments and what waits", () => {
  const file = new SegmentedFile(memoryFiles(), "/run", "inbox", 4);
  for (let i = 0; i < 5; i++) {
    file.add("abc\n");
    file.write();
  }
  file.add("abc\n");
  assert.is(file.lines, 6);
  assert.is(file.segments().length, 5);
});

test("sync() calls the disk only when something was written since", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 1000);
  assert.is(file.isSynced, true);
  file.add("a\n");
  file.write();
  assert.is(file.isSynced, false);
  file.sync();
  file.sync();
  assert.is(file.isSynced, true);
  assert.is(files.calls.filter((call) => call === `sync ${PATH}`).length, 1);
});

for (const code of ["EIO", "ENOSPC"]) {
  test(`sync() is not to be tried again when it failed with ${code}: the kernel may have dropped the pages`, () => {
    const files = memoryFiles();
    const file = new SegmentedFile(files, "/run", "inbox", 1000);
    file.add("a\n");
    file.write();
    files.fault = () => {
      throw systemError(code);
    };
    try {
      file.sync();
      assert.unreachable();
    } catch (error) {
      assert.instance(error, JournalFailure);
      assert.is((error as JournalFailure).code, code === "EIO" ? "SINK_IO" : "DISK_FULL");
      assert.is((error as JournalFailure).mayRetry, false);
    }
    assert.is(file.isSynced, false);
  });
}

test("close() says that it failed", () => {
  const file = new SegmentedFile(memoryFiles(), "/run", "inbox", 1000);
  file.close();
  assert.throws(() => file.close(), (error: unknown) => error instanceof JournalFailure);
});

test("write() goes on after a fault with what it had not written, and then with what came since", () => {
  const files = memoryFiles();
  const file = new SegmentedFile(files, "/run", "inbox", 1000);
  let writes = 0;
  files.fault = (call) => {
    if (call !== "write") return undefined;
    writes++;
    if (writes === 2) throw systemError("ENOSPC");
    return writes === 1 ? 2 : undefined;
  };
  file.add("abcd\n");
  assert.is(codeOf(() => file.write()), "ENOSPC");
  assert.is(files.text(PATH), "ab");
  file.add("ef\n");
  file.write();
  assert.is(files.text(PATH), "abcd\nef\n");
  assert.equal(file.segments(), [{ name: "inbox.jsonl", bytes: 8, lines: 2 }]);
});

test("write() takes up a rotation where it failed, at whichever step", () => {
  for (const step of ["rename", "open"]) {
    const files = memoryFiles();
    const file = new SegmentedFile(files, "/run", "inbox", 4);
    file.add("abc\n");
    file.write();
    let isFull = true;
    files.fault = (call) => {
      if (call === step && isFull) throw systemError("ENOSPC");
    };
    file.add("def\n");
    assert.is(codeOf(() => file.write()), "ENOSPC", step);
    isFull = false;
    file.write();
    assert.is(files.text("/run/inbox.000001.jsonl"), "abc\n", step);
    assert.is(files.text(PATH), "def\n", step);
    assert.is(file.segments().length, 2, step);
  }
});

/** Where each text ends in all of them joined. */
test("write() rotates no more once a sync has failed: a hole stays in the file that may have one", () => {
  for (const whole of [true, false]) {
    const files = memoryFiles();
    files.failedSync = "holed";
    const file = new SegmentedFile(files, "/run", "inbox", 10);
    file.add("123456\n");
    file.write();
    files.fault = (call) => {
      if (call === "sync") throw systemError("EIO");
    };
    if (whole) assert.throws(() => file.sync(), /EIO/);
    file.add("abcdef\n");
    if (!whole) assert.throws(() => file.write(), /EIO/, "as it rotates");
    files.fault = null;
    file.write();
    assert.equal(files.list("/run"), ["inbox.jsonl"]);
    assert.is(files.text(PATH), "\0\0\0\0\0\0\0abcdef\n");
  }
});

function endsOf(texts: readonly string[]): readonly number[] {
  let end = 0;
  return texts.map(({ length }) => end += length);
}

/** What happens at one call: nothing, a short write, an error. */
const faultArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant("ENOSPC") },
);

test("write() loses and doubles nothing, and splits no batch, wherever the disk is full and then is not", () => {
  const batches = fc.array(fc.array(fc.stringMatching(/^[a-z€]{0,9}$/), { minLength: 1, maxLength: 4 }), {
    maxLength: 12,
  });
  const faults = fc.array(faultArbitrary, { maxLength: 60 });
  fc.assert(fc.property(batches, faults, fc.integer({ min: 1, max: 40 }), (batches, faults, rotateBytes) => {
    const files = memoryFiles();
    const file = new SegmentedFile(files, "/run", "inbox", rotateBytes);
    let calls = 0;
    files.fault = (call) => {
      const fault = faults[calls++] ?? null;
      if (fault === "ENOSPC" && call !== "sync" && call !== "syncDirectory") throw systemError(fault);
      return typeof fault === "number" && call === "write" ? fault : undefined;
    };
    let lineCount = 0;
    for (const batch of batches) {
      for (const line of batch) file.add(`${lineCount++}${line}\n`);
      while (codeOf(() => file.write()) === "ENOSPC");
    }
    const texts = file.segments().map(({ name }) => files.text(`/run/${name}`));
    let number = 0;
    const expected = batches.map((batch) => batch.map((line) => `${number++}${line}\n`).join(""));
    assert.is(texts.join(""), expected.join(""));
    assert.equal(
      file.segments().map(({ bytes, lines }) => [bytes, lines]),
      texts.map((text) => [new TextEncoder().encode(text).length, text.split("\n").length - 1]),
    );
    assert.ok(endsOf(texts).every((end) => end === 0 || endsOf(expected).includes(end)));
    assert.equal(
      file.segments().map(({ name }) => name),
      [...files.contents.keys()].map((path) => path.slice("/run/".length)).sort(),
    );
  }));
});

test.run();
