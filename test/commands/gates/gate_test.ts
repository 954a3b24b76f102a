import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Check, checkOf, type Gate, runGate } from "../../../src/commands/gates/gate.ts";
import { fakeTerminal } from "../../support/fake_terminal.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

const yes: Check = { passed: true, what: "it holds" };
const no: Check = { passed: false, what: "it does not" };

const CASES: readonly (readonly [what: string, run: Gate["run"], ok: boolean, checks: readonly Check[]])[] = [
  ["all its checks pass", () => Promise.resolve([yes, yes]), true, [yes, yes]],
  ["one check fails", () => Promise.resolve([yes, no]), false, [yes, no]],
  ["nothing was checked", () => Promise.resolve([]), false, []],
  ["it breaks", () => Promise.reject(new Error("no disk")), false, [{
    passed: false,
    what: "it broke: no disk",
  }]],
  ["it breaks otherwise", () => Promise.reject("oh"), false, [{ passed: false, what: "it broke: oh" }]],
];

for (const [what, run, ok, checks] of CASES) {
  test(`runGate() gives ok ${ok} when ${what}`, () =>
    inTempFolder(async (parent) => {
      const options = { parent, isQuick: true, terminal: fakeTerminal() };
      assert.equal(await runGate({ name: "some_gate", run }, options), { gate: "some_gate", ok, checks });
    }));
}

test("runGate() gives a gate a folder of its own and takes it away, whatever became of it", () =>
  inTempFolder(async (parent) => {
    const folders: string[] = [];
    for (const fails of [false, true]) {
      await runGate({
        name: "some_gate",
        run({ folder }) {
          folders.push(folder);
          writeFileSync(`${folder}/file`, "");
          return fails ? Promise.reject(new Error("x")) : Promise.resolve([yes]);
        },
      }, { parent, isQuick: true, terminal: fakeTerminal() });
    }
    assert.is(new Set(folders).size, 2);
    for (const folder of folders) assert.not.ok(existsSync(folder));
    assert.equal(readdirSync(parent), []);
  }));

test("checkOf() says the problem, or what was seen where there is none", () => {
  assert.equal(checkOf(null, "3 files"), { passed: true, what: "3 files" });
  assert.equal(checkOf("none", "3 files"), { passed: false, what: "none" });
});

test.run();
