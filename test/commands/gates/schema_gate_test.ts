import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  lineChecks,
  sampleChecks,
  samplesByType,
  schemaGate,
} from "../../../src/commands/gates/schema_gate.ts";
import type { Contracts } from "../../../src/core/contracts.ts";
import { formatLine } from "../../../src/core/journal_line.ts";
import { fakeTerminal } from "../../support/fake_terminal.ts";
import "../../support/real_night.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { sampleEvents } from "../../support/sample_events.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

const passedOf = (checks: readonly { readonly passed: boolean }[]) => checks.map(({ passed }) => passed);

test("schema_gate passes on a night of its own and says how much it has looked at", () =>
  inTempFolder(async (folder) => {
    const checks = await schemaGate.run({ folder, isQuick: true, terminal: fakeTerminal() });
    assert.equal(passedOf(checks), Array(5).fill(true));
    const [, lines, samples, removed] = checks.map(({ what }) => Number(/^\d+/.exec(what)?.[0]));
    assert.ok(lines! > 10_000, "lines");
    assert.ok(samples! >= 15 + 2, "a sample of each type, of ticks one of each kind");
    assert.ok(removed! > 300, "fields removed");
  }));

test("schema_gate judges the schemas even when the night fails", () =>
  inTempFolder(async (folder) => {
    process.env["BYBIT_API_SECRET"] = "anything";
    try {
      const checks = await schemaGate.run({ folder, isQuick: true, terminal: fakeTerminal() });
      assert.equal(passedOf(checks), [false, true, true, true]);
    } finally {
      delete process.env["BYBIT_API_SECRET"];
    }
  }));

const timerLine = formatLine(JSON.stringify(sampleEvents.timer));
const { payload: _, ...headless } = sampleEvents.timer;

const FILES:
  readonly (readonly [what: string, files: Readonly<Record<string, string>>, says: RegExp | null])[] = [
    [
      "every line fits",
      {
        "queues/timers/inbox.000001.jsonl": timerLine,
        "queues/timers/inbox.jsonl": timerLine,
        "log.jsonl": formatLine("{}"),
      },
      null,
    ],
    ["there is no event", { "log.jsonl": formatLine("{}") }, /^no event was journaled$/],
    [
      "a line has another hash",
      {
        "queues/timers/inbox.jsonl": timerLine,
        "queues/timers/acks.jsonl": timerLine.replace("timer", "times"),
      },
      /^1 of 2 lines do not fit, the first: queues\/timers\/acks\.jsonl:1: hash is /,
    ],
    [
      "an event lacks its payload",
      { "queues/timers/inbox.jsonl": timerLine + formatLine(JSON.stringify(headless)) },
      /^1 of 2 lines do not fit, the first: queues\/timers\/inbox\.jsonl:2: payload/,
    ],
    [
      "an event lies in another queue",
      { "queues/fills/inbox.jsonl": timerLine },
      /the first: queues\/fills\/inbox\.jsonl:1: timer is not of this queue$/,
    ],
  ];

for (const [what, files, says] of FILES) {
  test(`lineChecks() ${says === null ? "passes" : "fails"} when ${what}`, () =>
    inTempFolder((run) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(`${run}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
        appendFileSync(`${run}/${path}`, text);
      }
      writeFileSync(`${run}/manifest.json`, "not a line");
      const [check] = lineChecks(repoContracts, run);
      assert.is(check!.passed, says === null);
      assert.match(check!.what, says ?? /^3 lines have the line form, 2 of them are events of 1 types/);
    }));
}

const sample = { value: sampleEvents.timer as never, required: [["ts"], ["payload", "name"]] };
const LAX: readonly (readonly [what: string, check: Contracts["checkEvent"], passed: readonly boolean[]])[] =
  [
    ["all is as it should be", repoContracts.checkEvent, [true, true, true]],
    ["anything is accepted", () => null, [true, false, false]],
    ["nothing is accepted", () => "no", [false, true, true]],
  ];

for (const [what, checkEvent, passed] of LAX) {
  test(`sampleChecks() sees it when ${what}`, () => {
    const checks = sampleChecks({ ...repoContracts, checkEvent }, new Map([["timer", [sample]]]));
    assert.equal(passedOf(checks), passed);
  });
}

test("sampleChecks() names the first field that may be missing, and how many there are", () => {
  const [, removed] = sampleChecks(
    { ...repoContracts, checkEvent: () => null },
    new Map([["timer", [sample]]]),
  );
  assert.is(removed!.what, "2 events are accepted that lack something, the first: timer without ts");
});

test("sampleChecks() fails when no schema requires anything", () => {
  const [, removed] = sampleChecks(repoContracts, new Map([["timer", [{ ...sample, required: [] }]]]));
  assert.equal(removed, { passed: false, what: "no schema requires anything" });
});

test("samplesByType() throws when a type has no schema", () => {
  assert.throws(() => samplesByType(repoContracts, new Map()), 'No schema of the type "market_tick"');
});

test.run();
