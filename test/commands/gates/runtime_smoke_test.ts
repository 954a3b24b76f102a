import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checksOf, runtimeSmoke } from "../../../src/commands/gates/runtime_smoke.ts";
import { formatLine, sealArtefact } from "../../../src/core/journal_line.ts";
import { QUEUES } from "../../../src/core/queue_names.ts";
import { BEST_BID_ASK } from "../../../src/streams/fills/best_bid_ask.ts";
import { fakeTerminal } from "../../support/fake_terminal.ts";
import "../../support/real_night.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

/** A run's folder with what the gate looks at. */
function makeRun(run: string, report: Readonly<Record<string, unknown>>): void {
  for (const queue of QUEUES) {
    mkdirSync(`${run}/queues/${queue}`, { recursive: true });
    writeFileSync(`${run}/queues/${queue}/inbox.jsonl`, "");
  }
  writeFileSync(`${run}/report.json`, sealArtefact(report));
}
const fill = (model: string): string => formatLine(JSON.stringify({ payload: { model } }));
const good = { market_tick: 1, health: 1, fill: 2 };
const verifiedWell = { verified: 0, isRealTime: true };

const WRONG:
  readonly (readonly [what: string, spoil: (run: string) => void, verified: number, says: string])[] = [
    ["a queue is missing", (run) => rmSync(`${run}/queues/fills`, { recursive: true }), 0, "missing: fills"],
    ["verify finds damage", () => {}, 4, "verify gave 4, expected 0: every line's hash is valid"],
    [
      "there was no tick",
      (run) => makeRun(run, { counts: { ...good, market_tick: 0 } }),
      0,
      "0 market_tick, at least 1 expected",
    ],
    [
      "nobody was healthy",
      (run) => makeRun(run, { counts: { ...good, health: 0 } }),
      0,
      "0 health, at least 1 expected",
    ],
    [
      "a fill is not of the paper model",
      (run) => writeFileSync(`${run}/queues/fills/inbox.jsonl`, fill(BEST_BID_ASK) + fill("exchange")),
      0,
      "no real order: of 2 fills 1 are not of the paper model",
    ],
    [
      "no feed was seen",
      (run) => makeRun(run, { counts: good, feed: null }),
      0,
      "report.json: feed is null, expected connected",
    ],
    [
      "the feed never came up",
      (run) => makeRun(run, { counts: good, feed: { connected: false } }),
      0,
      "report.json: feed is not connected, expected connected",
    ],
  ];

for (const [what, spoil, verified, says] of WRONG) {
  test(`checksOf() fails one check when ${what}`, () =>
    inTempFolder((folder) => {
      makeRun(folder, { counts: good });
      assert.equal(checksOf(folder, verifiedWell).filter(({ passed }) => !passed), []);
      spoil(folder);
      assert.equal(checksOf(folder, { ...verifiedWell, verified }).filter(({ passed }) => !passed), [{
        passed: false,
        what: says,
      }]);
    }));
}

test("checksOf() asks for a feed in real time only, and only of a report that speaks of one", () =>
  inTempFolder((folder) => {
    const feedChecks = (report: Readonly<Record<string, unknown>>, isRealTime: boolean) => {
      makeRun(folder, report);
      return checksOf(folder, { verified: 0, isRealTime }).slice(5);
    };
    assert.equal(feedChecks({ counts: good }, true), []);
    assert.equal(feedChecks({ counts: good, feed: null }, false), []);
    assert.equal(feedChecks({ counts: good, feed: { connected: true } }, true), [
      { passed: true, what: "report.json: feed is connected, expected connected" },
    ]);
  }));

test("checksOf() throws when a fill is damaged", () =>
  inTempFolder((folder) => {
    makeRun(folder, { counts: good });
    const path = `${folder}/queues/fills/inbox.jsonl`;
    writeFileSync(path, "sha256:no\n");
    assert.throws(() => checksOf(folder, verifiedWell), /not of the form/);
    assert.ok(readFileSync(path).length > 0);
  }));

test("runtime_smoke passes on a night in virtual time, with six checks", () =>
  inTempFolder(async (folder) => {
    const checks = await runtimeSmoke.run({ folder, isQuick: true, terminal: fakeTerminal() });
    assert.equal(checks.map(({ passed }) => passed), Array(6).fill(true));
  }));

test("runtime_smoke says how the night ended, and no more, when it did not end well", () =>
  inTempFolder(async (folder) => {
    process.env["BYBIT_API_SECRET"] = "anything";
    try {
      const checks = await runtimeSmoke.run({ folder, isQuick: false, terminal: fakeTerminal() });
      assert.equal(checks, [{ passed: false, what: "the night ended with exit code 3, expected 0" }]);
    } finally {
      delete process.env["BYBIT_API_SECRET"];
    }
  }));

test.run();
