import { test } from "uvu";
import * as assert from "uvu/assert";
import { BLOCK_BYTES } from "../../src/sinks/block_hashes.ts";
import { rememberWrites } from "../../src/sinks/written_files.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("rememberWrites() knows what was written into its folder, and nothing of other folders", () => {
  const disk = memoryFiles();
  const { files, written } = rememberWrites(disk, "/run");
  for (const path of ["/run/a/b.jsonl", "/runs/c.jsonl"]) {
    const handle = files.append(path);
    handle.write(encode("ab"));
    handle.write(encode("c"));
    handle.sync();
    handle.close();
    assert.is(disk.text(path), "abc");
  }
  assert.equal([...written.keys()], ["/run/a/b.jsonl"]);
  const file = written.get("/run/a/b.jsonl")!;
  assert.equal([file.path, file.identity], ["/run/a/b.jsonl", disk.identity("/run/a/b.jsonl")]);
  assert.ok(file.hashes.holdsAll(encode("abc")));
});

test("rememberWrites() counts what the system took of a write, and nothing of one that failed", () => {
  const disk = memoryFiles();
  const { files, written } = rememberWrites(disk, "/run");
  const handle = files.append("/run/a");
  disk.fault = (call) => call === "write" ? 2 : undefined;
  assert.is(handle.write(encode("abc")), 2);
  disk.fault = () => {
    throw systemError("EIO");
  };
  assert.throws(() => handle.write(encode("c")));
  assert.ok(written.get("/run/a")!.hashes.holdsAll(encode("ab")));
});

test("rememberWrites() follows a rename over another file, and forgets what is removed", () => {
  const disk = memoryFiles();
  const { files, written } = rememberWrites(disk, "/run");
  files.append("/run/a").write(encode("old"));
  files.append("/run/a.tmp").write(encode("new"));
  files.rename("/run/a.tmp", "/run/a");
  assert.equal([...written.keys()], ["/run/a"]);
  const file = written.get("/run/a")!;
  assert.ok(file.hashes.holdsAll(encode("new")));
  assert.equal([file.path, file.identity], ["/run/a", disk.identity("/run/a")]);
  files.remove("/run/a");
  assert.is(written.size, 0);
  assert.is(disk.exists("/run/a"), false);
});

test("rememberWrites() names the first file that another had changed when its next version took its place", () => {
  const changes: readonly [string, (disk: MemoryFiles) => void][] = [
    ["edited in place", (disk) => disk.contents.set("/run/a", encode("OLD"))],
    ["gone", (disk) => void disk.contents.delete("/run/a")],
  ];
  for (const [what, change] of changes) {
    const disk = memoryFiles();
    const run = rememberWrites(disk, "/run");
    for (const name of ["a", "b"]) {
      run.files.append(`/run/${name}`).write(encode("old"));
      run.files.append(`/run/${name}.tmp`).write(encode("new"));
    }
    run.files.rename("/run/b.tmp", "/run/b");
    assert.is(run.spoiled, null, what);
    change(disk);
    run.files.rename("/run/a.tmp", "/run/a");
    assert.is(run.spoiled, "/run/a", what);
  }
});

test("rememberWrites() keeps nothing of a file that somebody else renames into the folder", () => {
  const disk = memoryFiles();
  const { files, written } = rememberWrites(disk, "/run");
  disk.contents.set("/else", encode("x"));
  files.rename("/else", "/run/a");
  assert.is(written.size, 0);
});

test("rememberWrites() takes what a file holds when it is opened for written, and goes on behind it", () => {
  const disk = memoryFiles();
  const before = new Uint8Array(BLOCK_BYTES + 10).fill(7);
  disk.contents.set("/run/a", before);
  const { files, written } = rememberWrites(disk, "/run");
  files.append("/run/a").write(encode("x"));
  assert.ok(written.get("/run/a")!.hashes.holdsAll(disk.read("/run/a")));
  assert.is(written.get("/run/a")!.hashes.bytes, before.length + 1);
});

test("rememberWrites() refuses a file that is cut while it is read", () => {
  const disk = memoryFiles();
  disk.contents.set("/run/a", encode("abc"));
  const { files } = rememberWrites({ ...disk, readPart: () => new Uint8Array() }, "/run");
  assert.throws(() => files.append("/run/a"), /became shorter than 3 bytes/);
});

test("rememberWrites() goes on with a file that is opened again in the same run", () => {
  const { files, written } = rememberWrites(memoryFiles(), "/run");
  for (const text of ["a", "b"]) {
    const handle = files.append("/run/a");
    handle.write(encode(text));
    handle.close();
  }
  assert.ok(written.get("/run/a")!.hashes.holdsAll(encode("ab")));
});

test("take() takes a file that was there for written, once", () => {
  const disk = memoryFiles();
  disk.contents.set("/run/manifest.json", encode("as it was"));
  const { files, written, take } = rememberWrites(disk, "/run");
  take("/run/manifest.json");
  const taken = written.get("/run/manifest.json")!;
  assert.ok(taken.hashes.holdsAll(encode("as it was")) && taken.identity !== null);
  files.append("/run/inbox.jsonl").write(encode("a"));
  disk.append("/run/inbox.jsonl").write(encode("b")); // by another
  take("/run/inbox.jsonl");
  assert.ok(written.get("/run/inbox.jsonl")!.hashes.holdsAll(encode("a")));
});

test.run();
