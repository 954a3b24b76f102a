import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ConfigError } from "../../src/core/config.ts";
import { fileLock, type KernelLock, socketLock } from "../../src/edge/kernel_lock.ts";
import { LockHeldError, takeVarLock } from "../../src/edge/var_lock.ts";
import { fakeDenoLocks } from "../support/fake_deno_locks.ts";
import { inTempFolder } from "../support/temp_folder.ts";

type TakeKernelLock = (folder: string, path: string) => KernelLock | Promise<KernelLock>;

const RUNTIME = "Deno" in globalThis ? "deno" : "node";

async function refusal(folder: string, takeKernelLock?: TakeKernelLock): Promise<string> {
  try {
    await takeVarLock(folder, takeKernelLock);
  } catch (error) {
    if (error instanceof LockHeldError) return error.message;
    throw error;
  }
  throw new Error("The lock was given");
}

const KERNEL_LOCKS: readonly (readonly [string, () => TakeKernelLock | undefined])[] = [
  ["this machine's own", () => undefined],
  ["a file lock", () => {
    const deno = fakeDenoLocks();
    return (_, path) => fileLock(path, deno);
  }],
  ["none", () => (folder) => socketLock(folder, "darwin")],
];

test("takeVarLock() refuses a second holder and names the first, until that one lets go", async () => {
  for (const [name, make] of KERNEL_LOCKS) {
    await inTempFolder(async (folder) => {
      const [varFolder, takeKernelLock] = [`${folder}/deep/var`, make()];
      const lock = await takeVarLock(varFolder, takeKernelLock);
      const { pid, runtime } = JSON.parse(readFileSync(`${varFolder}/lock`, "utf8"));
      assert.equal({ pid, runtime }, { pid: process.pid, runtime: RUNTIME });
      const message = `${varFolder} belongs to a running night (pid ${process.pid}, ${RUNTIME})`;
      assert.is(await refusal(varFolder, takeKernelLock), message, name);
      assert.is(await refusal(varFolder, takeKernelLock), message, name);
      lock.release();
      assert.is(readFileSync(`${varFolder}/lock`, "utf8"), "");
      (await takeVarLock(varFolder, takeKernelLock)).release();
    });
  }
});

test("takeVarLock() gives each folder its own lock", () =>
  inTempFolder(async (folder) => {
    const first = await takeVarLock(`${folder}/a`);
    const second = await takeVarLock(`${folder}/b`);
    first.release();
    second.release();
  }));

test("takeVarLock() refuses a held lock whose holder has not yet written its name", () =>
  inTempFolder(async (folder) => {
    const held = { scope: "here", state: "held", release: () => {} } as const;
    assert.is(await refusal(folder, () => held), `${folder} belongs to a running night`);
  }));

test("takeVarLock() says at once where a folder cannot be one for nights, and takes no lock", () =>
  inTempFolder(async (folder) => {
    writeFileSync(`${folder}/file`, "x");
    mkdirSync(`${folder}/var/lock`, { recursive: true }); // in the way of the lock file: that stops root, too
    const table: (readonly [varFolder: string, why: RegExp])[] = [
      [`${folder}/file`, /EEXIST/],
      [`${folder}/file/deep/var`, /ENOTDIR|EEXIST/],
      [`${folder}/var`, /EISDIR/],
    ];
    if (process.platform === "linux") table.push(["/proc/x", /ENOENT|EACCES|Requires/]);
    for (const [varFolder, why] of table) {
      let taken = 0;
      const kernelLock = { scope: "here", state: "taken", release: () => {} } as const;
      const error = await takeVarLock(varFolder, () => (taken++, kernelLock)).catch((thrown) => thrown);
      assert.instance(error, ConfigError);
      assert.match(error.message, why);
      assert.ok(error.message.startsWith(`${JSON.stringify(varFolder)} cannot be used: `), error.message);
      assert.ok(error.message.endsWith(", expected a folder that can be made and written (--var)"));
      assert.is(taken, 0);
    }
  }));

const HERE = '{"pid":7,"runtime":"node","scope":"here"}';
const ELSEWHERE = '{"pid":7,"runtime":"deno","scope":"elsewhere"}';
const TORN = '{"pid":7,"runt';
const FRESH_MS = 0;
const OLD_MS = 60_000;

/** What a holder left that did not release; current.json is its heartbeat, null where it has none. */
const LEFT: readonly (readonly [
  name: string,
  lock: string,
  lockAgeMs: number,
  beatAgeMs: number | null,
  state: KernelLock["state"],
  holder: string | null,
])[] = [
  ["dead here", HERE, OLD_MS, OLD_MS, "taken", null],
  ["killed here a moment ago", HERE, FRESH_MS, FRESH_MS, "taken", null],
  ["alive here", HERE, OLD_MS, OLD_MS, "held", "pid 7, node"],
  ["alive elsewhere", ELSEWHERE, OLD_MS, FRESH_MS, "taken", "pid 7, deno"],
  ["dead elsewhere", ELSEWHERE, OLD_MS, OLD_MS, "taken", null],
  ["elsewhere, before its first beat", ELSEWHERE, FRESH_MS, OLD_MS, "taken", "pid 7, deno"],
  ["elsewhere, before its first beat in a new folder", ELSEWHERE, FRESH_MS, null, "taken", "pid 7, deno"],
  ["dead elsewhere without a beat", ELSEWHERE, OLD_MS, null, "taken", null],
  ["alive, lock torn", TORN, OLD_MS, FRESH_MS, "taken", "pid 0, unknown"],
  ["dead, lock torn", TORN, OLD_MS, OLD_MS, "taken", null],
  ["alive, lock says null", "null", OLD_MS, FRESH_MS, "taken", "pid 0, unknown"],
  ["zeros, as a power loss leaves them", "\0\0\0", OLD_MS, OLD_MS, "taken", null],
  ["released a moment ago", "", FRESH_MS, FRESH_MS, "taken", null],
  ["no kernel lock, alive", HERE, OLD_MS, FRESH_MS, "none", "pid 7, node"],
  ["no kernel lock, dead", HERE, OLD_MS, OLD_MS, "none", null],
  ["no kernel lock, released a moment ago", "", FRESH_MS, FRESH_MS, "none", null],
];

/** The file as somebody left it, `ageMs` ago. */
function leave(path: string, text: string, ageMs: number): void {
  writeFileSync(path, text);
  const at = new Date(Date.now() - ageMs);
  utimesSync(path, at, at);
}

test("takeVarLock() goes by the heartbeat where no kernel lock speaks for the holder", async () => {
  for (const [name, lock, lockAgeMs, beatAgeMs, state, holder] of LEFT) {
    await inTempFolder(async (folder) => {
      leave(`${folder}/lock`, lock, lockAgeMs);
      if (beatAgeMs !== null) leave(`${folder}/current.json`, "{}", beatAgeMs);
      let released = 0;
      const kernelLock = { scope: "here", state, release: () => void released++ };
      if (holder === null) {
        const given = await takeVarLock(folder, () => kernelLock).catch((error) =>
          assert.unreachable(`${name}: ${error}`)
        );
        assert.is(released, 0, name);
        (given as { release(): void }).release();
      } else {
        const message = `${folder} belongs to a running night (${holder})`;
        assert.is(await refusal(folder, () => kernelLock), message, name);
        assert.is(readFileSync(`${folder}/lock`, "utf8"), lock, name);
      }
      assert.is(released, 1, name);
    });
  }
});

test.run();
