import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PolicyDenial } from "../../src/core/event.ts";
import { guardFiles, WriteDenied } from "../../src/policy/files_guard.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { openRepoGate } from "../support/repo_policy.ts";

const gate = await openRepoGate();
const BYTES = new TextEncoder().encode("x");

function guarded() {
  const denials: PolicyDenial[] = [];
  const under = memoryFiles();
  for (const folder of ["/data/var/runs", "/data/mirror", "/data/app"]) under.makeDirectory(folder);
  under.writeNew("/data/app/main.ts", BYTES);
  under.writeNew("/data/var/a", BYTES);
  const places = { var: "/data/var", mirror: "/data/mirror/", program: "/data/var/app" };
  const onDenied = (denial: PolicyDenial) => void denials.push(denial);
  return { files: guardFiles(under, { gate, places, onDenied }), under, denials };
}

test("guardFiles() writes in var and in the mirror, by every spelling of them", () => {
  const { files, under, denials } = guarded();
  files.makeDirectory("/data/var/runs/1");
  files.writeNew("/data/var/runs/1/manifest.json", BYTES);
  files.append("/data/mirror/1.anchors.jsonl").close();
  files.append("/data/app/../var/./b").close();
  files.rename("/data/var/a", "/data/var/c");
  files.remove("/data/var/c");
  assert.equal(denials, []);
  assert.equal([under.exists("/data/var/runs/1/manifest.json"), under.exists("/data/var/c")], [true, false]);
});

type Act = (files: ReturnType<typeof guarded>["files"]) => unknown;
const DENIED: readonly (readonly [what: string, act: Act])[] = [
  ["a new file elsewhere", (files) => files.writeNew("/data/app/x", BYTES)],
  ["a name that begins like var", (files) => files.writeNew("/data/variant", BYTES)],
  ["a way out of var", (files) => files.writeNew("/data/var/../app/x", BYTES)],
  ["a way above the root", (files) => files.writeNew("/../data/app/x", BYTES)],
  ["a relative path", (files) => files.append("data/var/a")],
  ["a way out of a relative path", (files) => files.append("../data/var/a")],
  ["a place inside of var that policy does not name", (files) => files.writeNew("/data/var/app/x", BYTES)],
  ["an append elsewhere", (files) => files.append("/data/app/main.ts")],
  ["a folder elsewhere", (files) => files.makeDirectory("/data/app/runs")],
  ["a removal elsewhere", (files) => files.remove("/data/app/main.ts")],
  ["a rename out of var", (files) => files.rename("/data/var/a", "/data/app/a")],
  ["a rename into var", (files) => files.rename("/data/app/main.ts", "/data/var/main.ts")],
];
for (const [what, act] of DENIED) {
  test(`guardFiles() refuses ${what}, does not do it, and tells of it`, () => {
    const { files, under, denials } = guarded();
    const before = JSON.stringify([under.list("/data/app"), under.list("/data/var")]);
    assert.throws(
      () => act(files),
      (error: Error) => error instanceof WriteDenied && error.code === "EPOLICY",
    );
    assert.is(JSON.stringify([under.list("/data/app"), under.list("/data/var")]), before);
    assert.equal(denials.map(({ denied_type, codes }) => [denied_type, codes]), [["write", ["FILES_PLACE"]]]);
  });
}

test("guardFiles() reads everywhere", () => {
  const { files, denials } = guarded();
  assert.equal(files.read("/data/app/main.ts"), BYTES);
  assert.equal(files.list("/data/app"), ["main.ts"]);
  assert.is(files.size("/data/app/main.ts"), 1);
  assert.equal(denials, []);
});

test.run();
