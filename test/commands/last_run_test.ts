import { test } from "uvu";
import * as assert from "uvu/assert";
import { lastRunOf } from "../../src/commands/last_run.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("lastRunOf() is the run that has last begun, null before the first", () =>
  inTempFolder(async (folder) => {
    assert.is(lastRunOf(folder), null);
    await noreNight(folder, [...NIGHT_START, "--duration", "1s"]);
    assert.is(lastRunOf(folder), NIGHT_ID);
  }));

test.run();
