import { once } from "node:events";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DenoLocks, fileLock, socketLock, socketPath } from "../../src/edge/kernel_lock.ts";
import { fakeDenoLocks } from "../support/fake_deno_locks.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const { Deno } = globalThis as { readonly Deno?: DenoLocks };
const HAS_SOCKETS = Deno === undefined && socketPath(process.platform, "") !== null;

test("socketPath() is one that leaves nothing on the disk, or null where there is none", () => {
  assert.is(socketPath("linux", "nore-1-2"), "\0nore-1-2");
  assert.is(socketPath("win32", "nore-1-2"), "\\\\.\\pipe\\nore-1-2");
  for (const platform of ["darwin", "freebsd"]) assert.is(socketPath(platform, "nore-1-2"), null);
});

test("socketLock() is held by one at a time, and by whoever comes after its release", () =>
  inTempFolder(async (folder) => {
    if (!HAS_SOCKETS) return;
    const first = await socketLock(folder);
    const second = await socketLock(folder);
    assert.equal([first.state, second.state], ["taken", "held"]);
    assert.is(second.scope, first.scope);
    second.release();
    assert.is((await socketLock(folder)).state, "held");
    first.release();
    const third = await socketLock(folder);
    assert.is(third.state, "taken");
    third.release();
  }));

test("socketLock() knows a folder by whatever path it is reached", () =>
  inTempFolder(async (folder) => {
    if (!HAS_SOCKETS) return;
    mkdirSync(`${folder}/a`);
    const lock = await socketLock(folder);
    assert.is((await socketLock(`${folder}/a/..`)).state, "held");
    const other = await socketLock(`${folder}/a`);
    assert.is(other.state, "taken");
    other.release();
    lock.release();
  }));

test("socketLock() says nothing to whoever calls", () =>
  inTempFolder(async (folder) => {
    if (!HAS_SOCKETS) return;
    const { dev, ino } = statSync(folder);
    const lock = await socketLock(folder);
    const caller = connect({ path: socketPath(process.platform, `nore-${dev}-${ino}`)! });
    caller.resume();
    await once(caller, "close");
    assert.is(caller.bytesRead, 0);
    lock.release();
  }));

test("socketLock() says none where the platform has no such lock", () =>
  inTempFolder(async (folder) => {
    const lock = await socketLock(folder, "darwin");
    assert.is(lock.state, "none");
    lock.release();
  }));

test("socketLock() fails when the folder is missing", () =>
  inTempFolder(async (folder) => {
    let message = "";
    try {
      await socketLock(`${folder}/missing`);
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /^ENOENT/);
  }));

test("fileLock() is held by one at a time, and by whoever comes after its release", () =>
  inTempFolder((folder) => {
    const path = `${folder}/lock`;
    writeFileSync(path, "");
    for (const deno of [fakeDenoLocks(), ...(Deno === undefined ? [] : [Deno])]) {
      const first = fileLock(path, deno);
      const second = fileLock(path, deno);
      assert.equal([first.state, second.state], ["taken", "held"]);
      second.release();
      assert.is(fileLock(path, deno).state, "held");
      first.release();
      const third = fileLock(path, deno);
      assert.is(third.state, "taken");
      third.release();
    }
  }));

test("fileLock() leaves no file open", () => {
  const deno = fakeDenoLocks();
  const first = fileLock("/var/lock", deno);
  fileLock("/var/lock", deno).release();
  assert.is(deno.openCount(), 1);
  first.release();
  assert.is(deno.openCount(), 0);
});

test("each kind of lock has its own scope", () =>
  inTempFolder(async (folder) => {
    const socket = await socketLock(folder, "darwin");
    const file = fileLock(`${folder}/lock`, fakeDenoLocks());
    assert.is.not(socket.scope, file.scope);
    assert.ok(socket.scope !== "" && file.scope !== "");
  }));

test.run();
