import { test } from "uvu";
import * as assert from "uvu/assert";
import { isPrefix, mirrorFolder, openMirror, reopenMirror } from "../../src/sinks/anchor_mirror.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";

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

const PATH = `/mirror/${RUN}.anchors.jsonl`;
const OWN = `/var/runs/${RUN}/audit/anchors.jsonl`;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const failedSync of ["kept", "cut", "holed"] as const) {
  test(`a mirror whose sync failed and left its bytes ${failedSync} is made anew of the run's own anchors`, () => {
    const files = memoryFiles();
    files.failedSync = failedSync;
    const mirror = openMirror(files, "/mirror", { varFolder: "/var", runId: RUN, print: assert.unreachable });
    mirror.add("one\n");
    mirror.write();
    mirror.sync();
    mirror.add("two\n");
    mirror.write();
    files.fault = (call) => {
      if (call === "sync") throw systemError("EIO");
    };
    assert.throws(() => mirror.sync(), /EIO/);
    mirror.add("three\n");
    files.contents.set(OWN, utf8("one\ntwo\nthree\n"));
    assert.throws(() => mirror.write(), /EIO/, "again");
    files.fault = null;
    mirror.write();
    mirror.sync();
    mirror.close();
    assert.is(files.afterPowerLoss().text(PATH), "one\ntwo\nthree\n");
  });
}

test("a mirror that says something else than the run is never made anew", () => {
  const files = memoryFiles();
  const mirror = openMirror(files, "/mirror", { varFolder: "/var", runId: RUN, print: assert.unreachable });
  mirror.add("one\n");
  mirror.write();
  files.fault = (call) => {
    if (call === "sync") throw systemError("EIO");
  };
  assert.throws(() => mirror.sync(), /EIO/);
  files.fault = null;
  files.contents.set(OWN, utf8("eno\ntwo\n"));
  assert.throws(() => mirror.write(), /holds other anchors than its run/);
  assert.is(files.text(PATH), "one\n");
});

for (
  const [mirrored, isPrefixOf] of [["one\n", true], ["one\nt\0\0\n", true], ["\0", true], [
    "x\0",
    false,
  ]] as const
) {
  test(`reopenMirror() ${isPrefixOf ? "goes on behind" : "refuses"} ${JSON.stringify(mirrored)}`, () => {
    const files = memoryFiles(new Map([[PATH, utf8(mirrored)]]));
    const options = { varFolder: "/var", runId: RUN, print: assert.unreachable, anchors: utf8("one\ntwo\n") };
    const reopen = () => reopenMirror(files, "/mirror", options);
    if (!isPrefixOf) return assert.throws(reopen, /holds other anchors than its run/);
    const mirror = reopen();
    mirror.add("three\n");
    mirror.write();
    mirror.sync();
    assert.is(files.afterPowerLoss().text(PATH), "one\ntwo\nthree\n");
  });
}

test("isPrefix() holds nothing against anchors that have a hole themselves", () => {
  assert.is(isPrefix(utf8("one\n"), utf8("one\ntw\0\n")), false);
});

test.run();
