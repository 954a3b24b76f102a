import { test } from "uvu";
import * as assert from "uvu/assert";
import { movedOn, NOBODY } from "../../src/sinks/ai_pointer.ts";
import { AiPointerFile } from "../../src/sinks/ai_pointer_file.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";

const PATH = "/var/ai/active.json";
const to = (n: number) => movedOn(NOBODY, { n, model_sha256: "ab".repeat(32) }, { ts: 1, reason: "" });
const opened = (files: MemoryFiles) => new AiPointerFile(files, "/var/ai");

test("AiPointerFile points at nothing where there is no file", () => {
  const file = opened(memoryFiles());
  assert.equal([file.look(), file.seen, file.now()], [NOBODY, NOBODY, NOBODY]);
});

test("AiPointerFile replaces the pointer, again and again, and for good", () => {
  const files = memoryFiles();
  files.makeDirectory("/var/ai");
  files.syncDirectory("/var");
  const file = opened(files);
  for (const n of [1, 2, 3]) {
    assert.is(file.replace(to(n)), null);
    assert.equal(opened(files.afterPowerLoss()).seen, to(n));
  }
  assert.equal([...files.contents.keys()], [PATH]);
});

test("AiPointerFile does not write over what it has not seen", () => {
  const files = memoryFiles();
  const [night, operator] = [opened(files), opened(files)];
  assert.is(operator.replace(to(1)), null);
  assert.is(night.replace(to(2)), `${PATH} has changed meanwhile`);
  assert.equal([night.seen, night.now()], [NOBODY, to(1)]);
  assert.equal([...files.contents.keys()], [PATH]);
  assert.equal(night.look(), to(1));
  assert.is(night.replace(to(2)), null);
});

test("AiPointerFile says that a pointer is damaged, and writes over it once it has seen it", () => {
  const files = memoryFiles();
  files.writeNew(PATH, new TextEncoder().encode("{"));
  const file = opened(files);
  assert.match((file.seen as { problem: string }).problem, /^\/var\/ai\/active\.json is damaged: /);
  assert.is(file.replace(to(1)), null);
});

test("AiPointerFile waits for another's change, and removes it where the same is met twice", () => {
  const files = memoryFiles();
  const file = opened(files);
  files.writeNew(`${PATH}.next`, new TextEncoder().encode("half"));
  assert.match(file.replace(to(1))!, /under way, or has left \/var\/ai\/active\.json\.next behind$/);
  files.contents.set(`${PATH}.next`, new TextEncoder().encode("another"));
  assert.match(file.replace(to(1))!, /under way/);
  assert.is(file.replace(to(1)), null);
  assert.equal(file.now(), to(1));
});

test("AiPointerFile gives way to whoever begins in the same moment, and throws what a disk says", () => {
  for (const [code, isRace] of [["EEXIST", true], ["EIO", false]] as const) {
    const files = memoryFiles();
    const file = opened(files);
    files.fault = (call) => {
      if (call === "writeNew") throw systemError(code);
    };
    if (isRace) assert.match(file.replace(to(1))!, /under way/);
    else assert.throws(() => file.replace(to(1)), /EIO/);
  }
});

test.run();
