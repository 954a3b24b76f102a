import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ballast } from "../../src/sinks/ballast.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";

const PATH = "/var/ballast";

test("Ballast() takes one MiB, and takes it anew where a crash has left one", () => {
  const files = memoryFiles();
  files.contents.set(PATH, new Uint8Array(3));
  new Ballast(files, PATH);
  assert.is(files.size(PATH), 1_048_576);
  assert.ok(files.read(PATH).every((byte) => byte !== 0), "zeros could be kept without taking room");
});

test("release() gives the room back once", () => {
  const files = memoryFiles();
  const ballast = new Ballast(files, PATH);
  assert.is(ballast.release(), true);
  assert.is(files.exists(PATH), false);
  assert.is(ballast.release(), false);
  assert.equal(files.calls, [`writeNew ${PATH}`, `remove ${PATH}`]);
});

test("release() may be called again when the system refused it", () => {
  const files = memoryFiles();
  const ballast = new Ballast(files, PATH);
  files.fault = () => {
    throw systemError("EIO");
  };
  assert.throws(() => ballast.release(), /EIO/);
  files.fault = null;
  assert.is(ballast.release(), true);
});

test.run();
