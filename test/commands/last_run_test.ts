import { test } from "uvu";
import * as assert from "uvu/assert";
import { rmSync, truncateSync } from "node:fs";
import { lastLoggedRunOf, lastRunOf } from "../../src/commands/last_run.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("lastRunOf() is the run that has last begun, null before the first", () =>
  inTempFolder(async (folder) => {
    assert.is(lastRunOf(folder), null);
    await noreNight(folder, [...NIGHT_START, "--duration", "1s"]);
    assert.is(lastRunOf(folder), NIGHT_ID);
  }));

test("lastLoggedRunOf() is that run only where its first event is whole", () =>
  inTempFolder(async (folder) => {
    assert.is(lastLoggedRunOf(folder), null);
    await noreNight(folder, [...NIGHT_START, "--duration", "1s"]);
    assert.is(lastLoggedRunOf(folder), NIGHT_ID);
    const lifecycle = `${folder}/runs/${NIGHT_ID}/queues/lifecycle`;
    truncateSync(`${lifecycle}/inbox.jsonl`, 100);
    assert.is(lastLoggedRunOf(folder), null);
    rmSync(`${lifecycle}/inbox.jsonl`);
    assert.is(lastLoggedRunOf(folder), null);
    rmSync(`${folder}/runs`, { recursive: true });
    assert.is(lastLoggedRunOf(folder), null);
  }));

test.run();
