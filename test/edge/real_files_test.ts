import { statSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Files } from "../../src/core/ports.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const codeIs = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

/** What every implementation of the file port keeps; the other tests trust the one in memory for it. */
const CONTRACT: Readonly<Record<string, (files: Files, folder: string) => void>> = {
  "makeDirectory() makes all folders on the way, and minds none that is there"(files, folder) {
    files.makeDirectory(`${folder}/a/b`);
    files.makeDirectory(`${folder}/a/b`);
    assert.ok(files.exists(`${folder}/a`) && files.exists(`${folder}/a/b`));
    assert.not.ok(files.exists(`${folder}/a/b/c`));
  },
  "list() gives names in order"(files, folder) {
    for (const name of ["b", "a10", "a2", "B"]) files.writeNew(`${folder}/${name}`, bytesOf(name));
    assert.equal(files.list(folder), ["B", "a10", "a2", "b"]);
  },
  "read() gives what writeNew() wrote"(files, folder) {
    for (const data of [new Uint8Array(), bytesOf("é"), new Uint8Array(300_000).map((_, i) => i)]) {
      const path = `${folder}/${data.length}`;
      files.writeNew(path, data);
      assert.equal(files.read(path), data);
      assert.is(files.size(path), data.length);
    }
  },
  "writeNew() refuses a file that is there, and leaves it"(files, folder) {
    files.writeNew(`${folder}/a`, bytesOf("first"));
    assert.throws(() => files.writeNew(`${folder}/a`, bytesOf("second")), codeIs("EEXIST"));
    assert.equal(files.read(`${folder}/a`), bytesOf("first"));
  },
  "append() makes a file, and goes on at its end when it is opened again"(files, folder) {
    for (const text of ["one", "", "two"]) {
      const handle = files.append(`${folder}/a`);
      assert.is(handle.write(bytesOf(text)), text.length);
      handle.sync();
      handle.close();
    }
    assert.equal(files.read(`${folder}/a`), bytesOf("onetwo"));
    assert.is(files.size(`${folder}/a`), 6);
  },
  "append() refuses to write, sync and close once it is closed"(files, folder) {
    const handle = files.append(`${folder}/a`);
    handle.close();
    assert.throws(() => handle.write(bytesOf("x")), codeIs("EBADF"));
    assert.throws(() => handle.sync(), codeIs("EBADF"));
    assert.throws(() => handle.close(), codeIs("EBADF"));
  },
  "rename() replaces what has the new name, and an open handle goes with its file"(files, folder) {
    files.writeNew(`${folder}/to`, bytesOf("old"));
    const handle = files.append(`${folder}/from`);
    handle.write(bytesOf("new"));
    files.rename(`${folder}/from`, `${folder}/to`);
    handle.write(bytesOf("er"));
    handle.close();
    assert.equal(files.list(folder), ["to"]);
    assert.equal(files.read(`${folder}/to`), bytesOf("newer"));
  },
  "remove() takes a file away, and minds none that is not there"(files, folder) {
    files.writeNew(`${folder}/a`, bytesOf("x"));
    files.remove(`${folder}/a`);
    files.remove(`${folder}/a`);
    assert.not.ok(files.exists(`${folder}/a`));
    assert.equal(files.list(folder), []);
  },
  "a missing file cannot be read, measured or renamed"(files, folder) {
    const path = `${folder}/missing`;
    assert.throws(() => files.read(path), codeIs("ENOENT"));
    assert.throws(() => files.size(path), codeIs("ENOENT"));
    assert.throws(() => files.rename(path, `${folder}/a`), codeIs("ENOENT"));
  },
  "syncDirectory() leaves everything as it is"(files, folder) {
    files.writeNew(`${folder}/a`, bytesOf("x"));
    files.syncDirectory(folder);
    assert.equal(files.list(folder), ["a"]);
  },
};

for (const [name, keep] of Object.entries(CONTRACT)) {
  test(`memoryFiles() ${name}`, () => {
    const files = memoryFiles();
    files.makeDirectory("/run");
    keep(files, "/run");
  });
  test(`realFiles ${name}`, () => inTempFolder((folder) => keep(realFiles, folder)));
}

test("realFiles.writeNew() lets only the owner read a secret", () =>
  inTempFolder((folder) => {
    if (process.platform === "win32") return;
    realFiles.writeNew(`${folder}/key`, bytesOf("x"), { secret: true });
    realFiles.writeNew(`${folder}/log`, bytesOf("x"), { secret: false });
    assert.is(statSync(`${folder}/key`).mode & 0o777, 0o600);
    assert.is(statSync(`${folder}/log`).mode & 0o600, 0o600);
  }));

test("realFiles.freeBytes() gives a number", () =>
  inTempFolder((folder) => {
    const free = realFiles.freeBytes(folder);
    assert.ok(Number.isSafeInteger(free) && free! > 0, String(free));
  }));

test.run();
