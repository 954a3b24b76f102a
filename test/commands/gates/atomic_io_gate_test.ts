import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ARTEFACT_WRITERS, type ArtefactWriter } from "../../../src/commands/gates/atomic_artefacts.ts";
import { atomicIoGate, simulatedChecks } from "../../../src/commands/gates/atomic_io_gate.ts";
import { sealArtefact } from "../../../src/core/journal_line.ts";
import type { Files } from "../../../src/core/ports.ts";
import { fakeTerminal } from "../../support/fake_terminal.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

test("atomic_io_gate passes, and leaves nothing in its folder", () =>
  inTempFolder(async (folder) => {
    const checks = await atomicIoGate.run({ folder, isQuick: true, terminal: fakeTerminal() });
    assert.equal(checks.map(({ passed }) => passed), [true, true]);
    assert.match(
      checks[0]!.what,
      new RegExp(`^[0-9]{3} deaths, one at every call of ${ARTEFACT_WRITERS.length} writers`),
    );
    assert.match(checks[1]!.what, /^15 files, each open → write → fsync → rename → fsync of the folder$/);
    assert.equal(readdirSync(folder), []);
  }));

const textOf = (version: number) => sealArtefact({ text: "x".repeat(100 * version) });

/** Ways to write a file that are wrong. */
const WRONG: readonly (readonly [
  what: string,
  write: (files: Files, path: string, text: Uint8Array) => void,
  passed: readonly boolean[],
  says: RegExp,
])[] = [
  [
    "writes in place",
    (files, path, text) => {
      if (files.exists(path)) files.remove(path);
      writeAll(files, path, text);
    },
    [false, false],
    /^\d+ deaths show a broken file, the first: bad, after remove .*a\.json: .*a\.json is neither$/,
  ],
  [
    "renames before all is written",
    (files, path, text) => {
      const handle = files.append(`${path}.tmp`);
      const count = handle.write(text.subarray(0, 50));
      files.rename(`${path}.tmp`, path);
      for (let rest = text.subarray(count); rest.length > 0;) rest = rest.subarray(handle.write(rest));
      handle.close();
    },
    [false, false],
    /is neither$/,
  ],
  [
    "takes a short write for a whole one",
    (files, path, text) => {
      const handle = files.append(`${path}.tmp`);
      handle.write(text);
      handle.sync();
      handle.close();
      files.rename(`${path}.tmp`, path);
      files.syncDirectory(path.replace(/\/[^/]*$/, ""));
    },
    [false, true],
    /is neither$/,
  ],
  [
    "does not sync",
    (files, path, text) => {
      writeAll(files, `${path}.tmp`, text);
      files.rename(`${path}.tmp`, path);
    },
    [true, false],
    /^bad, .*a\.json: open → write → rename, expected open → write → fsync → rename/,
  ],
];

function writeAll(files: Files, path: string, text: Uint8Array): void {
  const handle = files.append(path);
  for (let rest = text; rest.length > 0;) rest = rest.subarray(handle.write(rest));
  handle.close();
}

for (const [what, write, passed, says] of WRONG) {
  test(`simulatedChecks() fails a writer that ${what}`, () =>
    inTempFolder((folder) => {
      const writer: ArtefactWriter = {
        name: "bad",
        isFirst: false,
        write: (files, at, version) =>
          write(files, `${at}/a.json`, new TextEncoder().encode(textOf(version))),
      };
      const checks = simulatedChecks([writer], folder);
      assert.equal(checks.map((check) => check.passed), passed);
      assert.match(checks.find((check) => !check.passed)!.what, says);
    }));
}

test("simulatedChecks() throws when a writer breaks by itself", () =>
  inTempFolder((folder) => {
    const broken: ArtefactWriter = {
      name: "broken",
      isFirst: true,
      write() {
        throw new Error("not a death");
      },
    };
    assert.throws(() => simulatedChecks([broken], folder), "not a death");
    assert.equal(readdirSync(folder), []);
  }));

test("simulatedChecks() throws when a writer comes to no end", () =>
  inTempFolder((folder) => {
    const endless: ArtefactWriter = {
      name: "endless",
      isFirst: true,
      write(files, at) {
        for (let call = 0; call < 1001; call++) files.syncDirectory(at);
      },
    };
    assert.throws(
      () => simulatedChecks([endless], folder),
      "endless has not written its files within 1000 calls",
    );
  }));

test("simulatedChecks() fails when nothing is written", () =>
  inTempFolder((folder) => {
    const [, order] = simulatedChecks([], folder);
    assert.equal(order, { passed: false, what: "no file was written" });
  }));

test.run();
