import { test } from "uvu";
import * as assert from "uvu/assert";
import { mirrorFolder, openMirror } from "../../src/sinks/anchor_mirror.ts";
import { memoryFiles } from "../support/memory_files.ts";

const RUN = "20261121_220000";

for (
  const [setting, folder] of [
    ["stdout", null],
    ["mirror", "/var/mirror"],
    ["a/b", "/var/a/b"],
    ["/mnt/other disk", "/mnt/other disk"],
  ] as const
) {
  test(`mirrorFolder() gives ${folder} when audit.anchor_mirror is ${setting}`, () => {
    assert.is(mirrorFolder(setting, "/var"), folder);
  });
}

test("openMirror() keeps a file per run in its folder, durable once it is synced", () => {
  const files = memoryFiles();
  const mirror = openMirror(files, "/mirror", { varFolder: "/var", runId: RUN, print: assert.unreachable });
  mirror.add("one\n");
  mirror.write();
  mirror.add("two\n");
  mirror.write();
  mirror.sync();
  mirror.close();
  const path = `/mirror/${RUN}.anchors.jsonl`;
  assert.is(files.text(path), "one\ntwo\n");
  assert.is(files.afterPowerLoss().text(path), "one\ntwo\n");
});

test("openMirror() prints each line once, when it is written, where the mirror is standard output", () => {
  const files = memoryFiles();
  const printed: string[] = [];
  const print = (line: string) => void printed.push(line);
  const mirror = openMirror(files, "stdout", { varFolder: "/var", runId: RUN, print });
  mirror.add("one\n");
  assert.equal(printed, []);
  mirror.write();
  mirror.write();
  mirror.add("two\n");
  mirror.write();
  mirror.sync();
  mirror.close();
  assert.equal(printed, ["one\n", "two\n"]);
  assert.equal(files.calls, []);
});

test("openMirror() does not go on in the file of another run of that name", () => {
  const files = memoryFiles();
  const open = () =>
    openMirror(files, "/mirror", { varFolder: "/var", runId: RUN, print: assert.unreachable });
  open().close();
  assert.throws(open, /another run of this name/);
});

test.run();
