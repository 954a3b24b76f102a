import { readdirSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PROBE_ATTEMPTS } from "../../../../src/core/ai_mail.ts";
import { openProbeTargets } from "../../../../src/edge/probe_targets.ts";
import { tryAll } from "../../../../src/streams/ai/worker/probe.ts";
import { inTempFolder } from "../../../support/temp_folder.ts";

const isDeno = "Deno" in globalThis;

test("tryAll() gets hold of everything where nothing is denied, and leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const { targets, arrived, close } = await openProbeTargets(folder);
    const attempts = await tryAll(targets);
    assert.equal(attempts.map(({ name }) => name), [...PROBE_ATTEMPTS]);
    const failed = attempts.filter(({ succeeded }) => !succeeded).map(({ name }) => name);
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const hasSqlite = major > 22 || (major === 22 && minor >= 13);
    // Deno has no such addons, and its tests may reach two names of this machine alone.
    const missing = isDeno ? ["addon", "dns", "udp", "unix_socket"] : hasSqlite ? [] : ["sqlite"];
    assert.equal(failed.filter((name) => !missing.includes(name)), [], JSON.stringify(attempts));
    const seen = isDeno ? ["tcp"] : ["tcp", "udp", "unix_socket", "dns"];
    assert.equal((await arrived()).filter((name) => seen.includes(name)), seen.sort());
    assert.equal(readdirSync(targets.write_folder), []);
    await close();
  }));

test("tryAll() tells in a line why nothing was got hold of", () =>
  inTempFolder(async (folder) => {
    const { targets, close } = await openProbeTargets(folder);
    await close();
    const attempts = await tryAll({
      ...targets,
      unix_path: `${folder}/none`,
      write_folder: `${folder}/none`,
    });
    const of = (name: string) => attempts.find((attempt) => attempt.name === name)!;
    for (const name of ["tcp", "unix_socket"]) assert.is(of(name).succeeded, false, name);
    for (const { detail } of attempts) assert.ok(detail.length > 0 && detail.length <= 200, detail);
  }));

test("tryAll() waits for no attempt longer than it may", () =>
  inTempFolder(async (folder) => {
    const { targets, close } = await openProbeTargets(folder);
    const attempts = await tryAll(targets, 0);
    assert.is(attempts.length, PROBE_ATTEMPTS.length);
    await close();
  }));

/** For the time of a call this process finds itself with other facts, and with no variable. */
async function elsewhere<Result>(facts: Readonly<Record<string, unknown>>, call: () => Promise<Result>) {
  const { env } = process;
  const own = Object.keys(facts).map((name) =>
    [name, Object.getOwnPropertyDescriptor(process, name)!] as const
  );
  process.env = {};
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(process, name, { configurable: true, get: () => value });
  }
  try {
    return await call();
  } finally {
    process.env = env;
    for (const [name, descriptor] of own) Object.defineProperty(process, name, descriptor);
  }
}

/** Larger than any that the system gives. */
const NO_PID = 4_194_305;
const NO_OTHER = "no process but this one can be seen";

test("tryAll() tells that no variable and no other process was to be seen, and takes any program that starts", () =>
  inTempFolder(async (folder) => {
    if (isDeno) return; // its process has no other facts than its own
    const { targets, close } = await openProbeTargets(folder);
    await close();
    for (const [ppid, expected] of [[0, NO_OTHER], [NO_PID, "ESRCH: kill ESRCH"]] as const) {
      const attempts = await elsewhere(
        { ppid, execPath: `${folder}/none` },
        () => tryAll({ ...targets, host_pid: NO_PID }),
      );
      const of = (name: string) => attempts.find((attempt) => attempt.name === name)!;
      assert.equal([of("environment").detail, of("signal_parent").detail], ["empty", expected]);
      assert.equal([of("spawn").succeeded, of("spawn").detail], [true, "/bin/true"]);
    }
  }));

test.run();
