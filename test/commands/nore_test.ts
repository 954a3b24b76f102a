import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { takeVarLock } from "../../src/edge/var_lock.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("nore runs a night that passes, and says where its journal lies", () =>
  inTempFolder(async (folder) => {
    const varFolder = `${folder}/var`;
    const { code, terminal } = await noreNight(varFolder, NIGHT_START);
    assert.is(code, 0, terminal.said.join("\n"));
    assert.match(terminal.said[0]!, new RegExp(`^NORE ${NIGHT_ID} · paper night · prices: invented`));
    assert.is(terminal.printed[0], "PASS · prices: invented");
    assert.is(terminal.printed.at(-1), `  verify   nore verify ${varFolder}/runs/${NIGHT_ID}`);
    const files = readdirSync(`${varFolder}/runs/${NIGHT_ID}`);
    for (const name of ["manifest.json", "config.json", "report.json", "log.jsonl", "queues"]) {
      assert.ok(files.includes(name), name);
    }
    assert.is(readFileSync(`${varFolder}/lock`, "utf8"), "", "the lock lies free");
    assert.not(existsSync(`${varFolder}/STOP.flag`));
  }));

test("nore prints the report alone when a program reads it", () =>
  inTempFolder(async (folder) => {
    const { code, terminal } = await noreNight(folder, [...NIGHT_START, "--json"]);
    assert.is(code, 0);
    assert.is(terminal.printed.length, 1);
    const report = JSON.parse(terminal.printed[0]!);
    assert.equal([report.verdict, report.run_id, report.prices], ["PASS", NIGHT_ID, "invented"]);
    assert.equal(openArtefact(readFileSync(`${folder}/runs/${NIGHT_ID}/report.json`, "utf8")), {
      ...openArtefact(readFileSync(`${folder}/runs/${NIGHT_ID}/report.json`, "utf8")),
      ...report,
    });
  }));

test("nore refuses another mode, a second command and a run_id that is taken", () =>
  inTempFolder(async (folder) => {
    const { runCommand } = await import("../../src/commands/command_table.ts");
    const table: readonly (readonly [words: readonly string[], says: string])[] = [
      [["--mode", "live"], 'Expected --mode nore, got "live"'],
      [["--duration", "1s"], "Expected --mode nore, got null"],
      [["--mode", "nore", "verify"], 'Unknown command "verify"'],
    ];
    for (const [words, says] of table) {
      const terminal = fakeTerminal();
      assert.is(await runCommand(words, terminal), 2);
      assert.is(terminal.said[0], says);
    }
    const id = ["--run-id", "20260101_000000", "--duration", "1s"];
    assert.is((await noreNight(folder, id)).code, 0);
    const before = readdirSync(`${folder}/runs/20260101_000000`);
    const again = await noreNight(folder, id);
    assert.is(again.code, 2);
    assert.is(again.terminal.said[0], "Run 20260101_000000 is there already, choose another --run-id");
    assert.equal(readdirSync(`${folder}/runs/20260101_000000`), before);
  }));

test("nore refuses a var that belongs to a running night, and one that is latched", () =>
  inTempFolder(async (folder) => {
    const lock = await takeVarLock(folder);
    const second = await noreNight(folder);
    assert.is(second.code, 5);
    assert.match(
      second.terminal.said[0]!,
      /belongs to a running night \(pid .*one night at a time; see it with: nore status$/,
    );
    lock.release();

    for (const [text, shown] of [["a bad feeling\n", "a bad feeling"], ["", "(nothing)"]] as const) {
      writeFileSync(`${folder}/STOP.flag`, text);
      const refused = await noreNight(folder);
      assert.is(refused.code, 3);
      assert.equal(refused.terminal.said, [
        `Refused: ${folder}/STOP.flag is set. It says: ${shown}`,
        'When its reason is understood: nore unlatch --reason "…"',
      ]);
    }
    assert.not(existsSync(`${folder}/runs`));
  }));

test("nore runs paced by the machine's clock when it is not told to hurry", () =>
  inTempFolder(async (folder) => {
    const words = [...NIGHT_START, "--speed", "20", "--duration", "20s"];
    const { code, terminal } = await noreNight(folder, words);
    assert.is(code, 0, terminal.said.join("\n"));
    assert.match(terminal.said[3]!, /\(synced every 50 ms or 500 lines, orders at once\)$/);
  }));

test.run();
