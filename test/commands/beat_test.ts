import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readBeat } from "../../src/commands/beat.ts";
import { sealArtefact } from "../../src/core/journal_line.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("readBeat() knows how long ago a night has shown that it lives", () =>
  inTempFolder((folder) => {
    assert.is(readBeat(folder), null);
    writeFileSync(`${folder}/current.json`, sealArtefact({ run_id: "r", pid: 7, beat_ts: 50_000 }));
    const { current, ageMs, isFresh } = readBeat(folder, 59_999)!;
    assert.equal([current["run_id"], current["pid"], ageMs, isFresh], ["r", 7, 9999, true]);
    assert.is(readBeat(folder, 60_000)!.isFresh, false);
  }));

test("readBeat() throws for what is not what was written", () =>
  inTempFolder((folder) => {
    writeFileSync(`${folder}/current.json`, '{"beat_ts":1}');
    assert.throws(() => readBeat(folder));
  }));

test.run();
