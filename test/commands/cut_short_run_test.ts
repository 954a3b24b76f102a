import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/commands/command.ts";
import { assess, basisOf, placeOf, reopenOptions, signerOf } from "../../src/commands/cut_short_run.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** What whoever ends a run or goes on with it finds. */

test("placeOf() finds a run in the runs of a var folder, by its name or its path, and nowhere else", () =>
  inTempFolder((folder) => {
    const runFolder = `${folder}/runs/${NIGHT_ID}`;
    mkdirSync(runFolder, { recursive: true });
    writeFileSync(`${runFolder}/manifest.json`, "{}");
    const place = { varFolder: folder, runFolder };
    for (const word of [NIGHT_ID, "latest", runFolder]) assert.equal(placeOf(word, folder), place);
    renameSync(`${folder}/runs`, `${folder}/elsewhere`);
    assert.throws(
      () => placeOf(`${folder}/elsewhere/${NIGHT_ID}`),
      (error: Error) =>
        error instanceof UsageError && /only there it can be ended or resumed$/.test(error.message),
    );
  }));

test("basisOf() and reopenOptions() read what a run was begun with, with the key that signed it", () =>
  inTempFolder(async (folder) => {
    assert.is((await noreNight(folder, NIGHT_START)).code, 0);
    const terminal = fakeTerminal();
    const place = placeOf(NIGHT_ID, folder);
    assert.is(assess(terminal, place).need, "nothing");
    const basis = basisOf(place);
    const signer = signerOf(basis, place);
    if (typeof signer === "string") throw new Error(signer);
    const options = await reopenOptions(terminal, place, { basis, signer });
    assert.equal([...options.symbols.keys()], ["BTCUSDT", "ETHUSDT"]);
    options.print("an anchor\n");
    assert.equal(terminal.printed, ["an anchor"]);

    const older = { ...basis, startFacts: "an older program wrote it" };
    const loose = await reopenOptions(terminal, place, { basis: older, signer });
    assert.equal([...loose.symbols.values()].map(({ symbol, priceTick }) => [symbol, priceTick]), [
      ["BTCUSDT", 1n],
      ["ETHUSDT", 1n],
    ]);
  }));

test.run();
