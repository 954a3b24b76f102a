import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { checksOf } from "../../src/commands/gates.ts";
import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import { BEST_BID_ASK } from "../../src/streams/fills/best_bid_ask.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("gates --quick passes, prints what it saw and leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const terminal = fakeTerminal();
    assert.is(await runCommand(["gates", "--quick", "--var", folder], terminal), 0);
    assert.is(terminal.printed[0], "PASS runtime_smoke");
    assert.is(terminal.printed.length, 7);
    for (const line of terminal.printed.slice(1)) assert.match(line, /^ {2}ok {3}/);
    assert.equal(readdirSync(folder), []);
  }));

test("gates fails and says why when the night does not end well", () =>
  inTempFolder(async (folder) => {
    process.env["BYBIT_API_SECRET"] = "anything";
    try {
      const terminal = fakeTerminal();
      assert.is(
        await runCommand(["gates", "runtime_smoke", "--quick", "--json", "--var", folder], terminal),
        1,
      );
      const what = "the night ended with exit code 3, expected 0";
      assert.equal(JSON.parse(terminal.printed[0]!), [
        { gate: "runtime_smoke", ok: false, checks: [{ passed: false, what }] },
      ]);
      const plain = fakeTerminal({ hasColor: true });
      assert.is(await runCommand(["gates", "--quick", "--var", folder], plain), 1);
      assert.equal(plain.printed, ["\x1b[31mFAIL\x1b[0m runtime_smoke", `  FAIL ${what}`]);
    } finally {
      delete process.env["BYBIT_API_SECRET"];
    }
  }));

test("gates refuses a gate that it does not know", async () => {
  const terminal = fakeTerminal();
  assert.is(await runCommand(["gates", "smoke"], terminal), 2);
  assert.is(terminal.said[0], 'Unknown gate "smoke", expected runtime_smoke');
});

/** A run's folder with what the gate looks at. */
function makeRun(run: string, counts: Readonly<Record<string, number>>): void {
  for (const queue of QUEUES) {
    mkdirSync(`${run}/queues/${queue}`, { recursive: true });
    writeFileSync(`${run}/queues/${queue}/inbox.jsonl`, "");
  }
  writeFileSync(`${run}/report.json`, sealArtefact({ counts }));
}
const fill = (model: string): string => formatLine(JSON.stringify({ payload: { model } }));
const good = { market_tick: 1, health: 1, fill: 2 };

const WRONG:
  readonly (readonly [what: string, spoil: (run: string) => void, verified: number, says: string])[] = [
    ["a queue is missing", (run) => rmSync(`${run}/queues/fills`, { recursive: true }), 0, "missing: fills"],
    ["verify finds damage", () => {}, 4, "verify gave 4, expected 0: every line's hash is valid"],
    [
      "there was no tick",
      (run) => makeRun(run, { ...good, market_tick: 0 }),
      0,
      "0 market_tick, at least 1 expected",
    ],
    ["nobody was healthy", (run) => makeRun(run, { ...good, health: 0 }), 0, "0 health, at least 1 expected"],
    [
      "a fill is not of the paper model",
      (run) => writeFileSync(`${run}/queues/fills/inbox.jsonl`, fill(BEST_BID_ASK) + fill("exchange")),
      0,
      "no real order: of 2 fills 1 are not of the paper model",
    ],
  ];

for (const [what, spoil, verified, says] of WRONG) {
  test(`checksOf() fails one check when ${what}`, () =>
    inTempFolder((folder) => {
      makeRun(folder, good);
      assert.equal(checksOf(folder, 0).filter(({ passed }) => !passed), []);
      spoil(folder);
      assert.equal(checksOf(folder, verified).filter(({ passed }) => !passed), [{
        passed: false,
        what: says,
      }]);
    }));
}

test("checksOf() throws when a fill is damaged", () =>
  inTempFolder((folder) => {
    makeRun(folder, good);
    const path = `${folder}/queues/fills/inbox.jsonl`;
    writeFileSync(path, "sha256:no\n");
    assert.throws(() => checksOf(folder, 4), /not of the form/);
    assert.ok(readFileSync(path).length > 0);
  }));

test.run();
