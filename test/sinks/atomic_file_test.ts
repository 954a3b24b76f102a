import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { writeArtefact, writeAtomic } from "../../src/sinks/atomic_file.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";

const PATH = "/run/cursor.json";

/** A disk with the old file, durable, and nothing else. */
function diskWith(text: string): MemoryFiles {
  const files = memoryFiles();
  files.makeDirectory("/run");
  writeAtomic(files, PATH, text);
  files.calls.length = 0;
  return files;
}

const textOf = (files: MemoryFiles) => files.exists(PATH) ? files.text(PATH) : null;

test("writeAtomic() writes all, syncs, renames, syncs the folder, in this order", () => {
  const files = diskWith("old");
  writeAtomic(files, PATH, "new");
  assert.equal(files.calls, [
    `open ${PATH}.tmp`,
    `write ${PATH}.tmp`,
    `sync ${PATH}.tmp`,
    `rename ${PATH}.tmp`,
    "syncDirectory /run",
  ]);
  assert.is(files.text(PATH), "new");
  assert.equal(files.list("/run"), ["cursor.json"]);
});

test("writeAtomic() keeps the order without the syncs when the run is not durable", () => {
  const files = diskWith("old");
  writeAtomic(files, PATH, "new", { sync: false });
  assert.equal(files.calls, [`open ${PATH}.tmp`, `write ${PATH}.tmp`, `rename ${PATH}.tmp`]);
});

test("writeAtomic() writes all when the system takes a part at a time", () => {
  const files = diskWith("old");
  files.fault = (call) => call === "write" ? 2 : undefined;
  writeAtomic(files, PATH, "new bytes");
  assert.is(files.text(PATH), "new bytes");
});

test("writeAtomic() takes bytes as they are", () => {
  const files = memoryFiles();
  writeAtomic(files, PATH, new Uint8Array([0, 255, 10]));
  assert.equal([...files.read(PATH)], [0, 255, 10]);
});

test("writeAtomic() leaves the old bytes or the new ones when it dies at any call, killed or without power", () => {
  for (let at = 1;; at++) {
    const files = diskWith("old bytes");
    let calls = 0;
    files.fault = (call) => {
      if (++calls >= at) throw systemError("EIO");
      return call === "write" ? 4 : undefined;
    };
    let isThrough = true;
    try {
      writeAtomic(files, PATH, "new bytes");
    } catch {
      isThrough = false;
    }
    const expected = isThrough ? ["new bytes"] : ["old bytes", "new bytes"];
    assert.ok(expected.includes(String(textOf(files))), `killed at call ${at}`);
    assert.ok(expected.includes(String(textOf(files.afterPowerLoss()))), `power lost at call ${at}`);
    if (isThrough) return assert.is(calls, 7);
  }
});

test("writeAtomic() closes the temporary file when the write fails", () => {
  const files = memoryFiles();
  let isClosed = false;
  const { append } = files;
  files.append = (path) => {
    const handle = append(path);
    return { ...handle, close: () => void (isClosed = true) };
  };
  files.fault = (call) => {
    if (call === "write") throw systemError("EIO");
  };
  assert.throws(() => writeAtomic(files, PATH, "new"), /EIO/);
  assert.is(isClosed, true);
});

test("writeAtomic() is not misled when a crash has left a temporary file", () => {
  const files = diskWith("old");
  files.contents.set(`${PATH}.tmp`, new TextEncoder().encode("half of somethi"));
  writeAtomic(files, PATH, "new");
  assert.is(files.text(PATH), "new");
  assert.equal(files.list("/run"), ["cursor.json"]);
});

test("writeArtefact() seals the fields with their own hash", () => {
  const files = memoryFiles();
  writeArtefact(files, PATH, { schema: "nore/cursor", v: 1 });
  const { sha256, ...fields } = openArtefact(files.text(PATH));
  assert.match(String(sha256), /^[0-9a-f]{64}$/);
  assert.equal(fields, { schema: "nore/cursor", v: 1 });
  assert.ok(files.calls.includes(`sync ${PATH}.tmp`));
});

test.run();
