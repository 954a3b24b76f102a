import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readVarFacts } from "../../../src/commands/doctor/var_facts.ts";
import { openSigner } from "../../../src/edge/ed25519_signer.ts";
import { realFiles } from "../../../src/edge/real_files.ts";
import { setLatch } from "../../../src/sinks/stop_flag.ts";
import { inTempFolder } from "../../support/temp_folder.ts";
import { configWith } from "../../support/repo_config.ts";

const NOW_TS = Date.UTC(2026, 10, 21, 22);
const CONFIG = configWith();

function leave(path: string, text: string, ageMs: number): void {
  writeFileSync(path, text);
  const seconds = (NOW_TS - ageMs) / 1000;
  utimesSync(path, seconds, seconds);
}

test("readVarFacts() sees nothing where no night has run, and makes nothing", () =>
  inTempFolder((folder) => {
    const { probe, ...facts } = readVarFacts(CONFIG, `${folder}/var`, NOW_TS);
    assert.equal(facts, {
      folder: `${folder}/var`,
      latch: null,
      holder: null,
      key: { path: `${folder}/var/keys/anchor.pem`, mode: null, problem: null },
      mirror: { folder: `${folder}/var/mirror`, isSameDisk: true },
    });
    assert.equal([probe.existed, probe.problem], [false, null]);
    assert.equal(readdirSync(folder), []);
  }));

test("readVarFacts() reads the latch and leaves it", () =>
  inTempFolder((folder) => {
    setLatch(realFiles, folder, {
      run_id: "",
      ts: NOW_TS,
      component: "operator",
      reason_code: "OPERATOR",
      detail: "good night",
    });
    assert.is(readVarFacts(CONFIG, folder, NOW_TS).latch, "OPERATOR (operator): good night");
    assert.equal(readdirSync(folder), ["STOP.flag"]);
  }));

const HOLDER = '{"pid":4711,"runtime":"deno","scope":"file"}';
const HOLDERS: readonly (readonly [
  name: string,
  lock: string,
  lockAgeMs: number,
  beatAgeMs: number | null,
  holder: { readonly who: string; readonly beatAgeMs: number } | null,
])[] = [
  ["a lock that was let go of", "", 0, 0, null],
  ["a night that beats", HOLDER, 60_000, 500, { who: "pid 4711, deno", beatAgeMs: 500 }],
  ["a night that has just begun", HOLDER, 100, null, { who: "pid 4711, deno", beatAgeMs: 100 }],
  ["a night that beats no more", HOLDER, 90_000, 60_000, { who: "pid 4711, deno", beatAgeMs: 60_000 }],
  ["a lock that is torn", HOLDER.slice(0, 9), 1000, null, {
    who: "its name cannot be read",
    beatAgeMs: 1000,
  }],
];

for (const [name, lock, lockAgeMs, beatAgeMs, holder] of HOLDERS) {
  test(`readVarFacts() knows ${name}`, () =>
    inTempFolder((folder) => {
      leave(`${folder}/lock`, lock, lockAgeMs);
      if (beatAgeMs !== null) leave(`${folder}/current.json`, "{}", beatAgeMs);
      assert.equal(readVarFacts(CONFIG, folder, NOW_TS).holder, holder);
    }));
}

test("readVarFacts() tells a key's mode, and whether it can be used", () =>
  inTempFolder((folder) => {
    const path = `${folder}/keys/anchor.pem`;
    openSigner(realFiles, path);
    const isPosix = process.platform !== "win32";
    const key = () => readVarFacts(CONFIG, folder, NOW_TS).key;
    assert.equal(key(), { path, mode: isPosix ? 0o600 : key().mode, problem: null });
    chmodSync(path, 0o644);
    if (isPosix) assert.is(key().mode, 0o644);
    writeFileSync(path, "no key");
    assert.type(key().problem, "string");

    const own = { ...CONFIG, audit: { ...CONFIG.audit, key_file: `${folder}/own.pem` } };
    assert.equal(readVarFacts(own, folder, NOW_TS).key, {
      path: `${folder}/own.pem`,
      mode: null,
      problem: null,
    });
    assert.equal(readdirSync(folder), ["keys"]);
  }));

test("readVarFacts() knows a mirror on standard output, and one on another disk", () =>
  inTempFolder((folder) => {
    const mirrorOf = (anchor_mirror: string) =>
      readVarFacts({ ...CONFIG, audit: { ...CONFIG.audit, anchor_mirror } }, folder, NOW_TS).mirror;
    assert.is(mirrorOf("stdout"), null);
    mkdirSync(`${folder}/elsewhere`);
    assert.equal(mirrorOf(`${folder}/elsewhere/deep`), {
      folder: `${folder}/elsewhere/deep`,
      isSameDisk: true,
    });
    const isProcSeen = process.platform === "linux" && !("Deno" in globalThis);
    if (isProcSeen) {
      assert.equal(mirrorOf("/proc/mirror"), { folder: "/proc/mirror", isSameDisk: false });
    }
  }));

test.run();
