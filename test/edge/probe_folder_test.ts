import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { probeFolder } from "../../src/edge/probe_folder.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("probeFolder() writes and syncs in a folder and leaves it as it was", () =>
  inTempFolder((folder) => {
    writeFileSync(`${folder}/kept`, "x");
    const { existed, problem, syncMs, freeBytes } = probeFolder(folder);
    assert.equal({ existed, problem }, { existed: true, problem: null });
    assert.is(syncMs.length, 20);
    assert.ok(syncMs.every((ms) => ms >= 0));
    assert.ok(freeBytes! > 0);
    assert.equal(readdirSync(folder), ["kept"]);
  }));

test("probeFolder() makes what is missing and takes it away again, and nothing else", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/a`);
    const { existed, problem, syncMs } = probeFolder(`${folder}/a/b/c`);
    assert.equal({ existed, problem, syncs: syncMs.length }, { existed: false, problem: null, syncs: 20 });
    assert.equal(readdirSync(folder), ["a"]);
    assert.equal(readdirSync(`${folder}/a`), []);
  }));

test("probeFolder() says why a folder cannot be made", () =>
  inTempFolder((folder) => {
    writeFileSync(`${folder}/file`, "x");
    const { existed, problem, syncMs, freeBytes } = probeFolder(`${folder}/file/var`);
    assert.match(problem!, /^(ENOTDIR|EEXIST)/);
    assert.equal({ existed, syncMs, freeBytes }, { existed: false, syncMs: [], freeBytes: null });
    assert.equal(readdirSync(folder), ["file"]);
  }));

test("probeFolder() says why a folder cannot be written, and how much room it has", () =>
  inTempFolder((folder) => {
    // The name of the probe is taken by a folder: that stops root, too.
    mkdirSync(`${folder}/doctor.${process.pid}.probe`);
    const { existed, problem, syncMs, freeBytes } = probeFolder(folder);
    assert.match(problem!, /^EISDIR/);
    assert.equal({ existed, syncMs }, { existed: true, syncMs: [] });
    assert.ok(freeBytes! > 0);
    assert.ok(existsSync(`${folder}/doctor.${process.pid}.probe`));
  }));

test("probeFolder() comes to an end where nothing can be made", () => {
  if (process.platform !== "linux") return;
  const { problem, syncMs } = probeFolder("/proc/nowhere/var");
  assert.type(problem, "string");
  assert.equal(syncMs, []);
});

test.run();
