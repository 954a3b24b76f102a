import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { beatOf, lossOf, missedDraft } from "../../src/commands/live_night.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { atTime } from "../support/frozen_time.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("beatOf() says in current.json that the night lives", () =>
  inTempFolder(async (folder) => {
    const beat = beatOf(fakeTerminal(), folder, "20261121_220000");
    for (const ts of [1000, 2000]) {
      await atTime(ts, beat);
      const { sha256: _, ...current } = openArtefact(readFileSync(`${folder}/current.json`, "utf8"));
      assert.equal(current, { run_id: "20261121_220000", pid: process.pid, beat_ts: ts });
    }
  }));

test("beatOf() says once that a beat is lost, and does not throw into the night", () =>
  inTempFolder((folder) => {
    const terminal = fakeTerminal();
    const beat = beatOf(terminal, `${folder}/nowhere`, "20261121_220000");
    beat();
    beat();
    assert.is(terminal.said.length, 1);
    assert.match(terminal.said[0]!, /^current\.json could not be written: /);
  }));

test("lossOf() is the end of a role: a loop that nobody watches is not traded with", () => {
  const { payload } = lossOf(new Error("it went"), { ts: 5000, livedSinceTs: 2000 });
  assert.equal(payload, {
    role: "watchdog_role",
    state: "DOWN",
    uptime_s: 3,
    origin: "input",
    detail: "the watch over the event loop is lost: it went",
  });
});

test("missedDraft() says from the start that nobody advises", () => {
  const { source, ts, payload } = missedDraft("OFF: no boundary", 5000);
  assert.equal([source, ts, payload], ["ai_role", 5000, {
    role: "ai_role",
    state: "DOWN",
    uptime_s: 0,
    origin: "input",
    off: true,
    detail: "OFF: no boundary",
  }]);
});

test.run();
