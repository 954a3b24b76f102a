import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { atTime } from "../support/frozen_time.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const TS = Date.UTC(2026, 10, 21, 22);

/** What `stop` prints. */
async function stop(varFolder: string, ...words: readonly string[]): Promise<readonly string[]> {
  const terminal = fakeTerminal();
  await atTime(TS, async () => {
    assert.is(await runCommand(["stop", "--var", varFolder, ...words], terminal), EXIT.ok);
  });
  assert.equal(terminal.said, []);
  return terminal.printed;
}

function flagOf(varFolder: string): Readonly<Record<string, unknown>> {
  const { sha256: _, ...fields } = openArtefact(readFileSync(`${varFolder}/STOP.flag`, "utf8"));
  return fields;
}

test("stop sets the latch with the reason and says how to lift it, in a var that was not there too", async () => {
  const table: readonly (readonly [words: readonly string[], detail: string])[] = [
    [[], "nore stop"],
    [["--reason", "going to bed"], "going to bed"],
  ];
  for (const [words, detail] of table) {
    await inTempFolder(async (folder) => {
      const varFolder = `${folder}/a/var`;
      assert.equal(await stop(varFolder, ...words), [
        `${varFolder}/STOP.flag is set; lift it with: nore unlatch --reason "…"`,
      ]);
      assert.equal(flagOf(varFolder), {
        schema: "nore/stop_flag",
        v: 1,
        run_id: "",
        ts: TS,
        component: "operator",
        reason_code: "OPERATOR",
        detail,
      });
    });
  }
});

test("stop leaves a latch that is set as it is", async () => {
  await inTempFolder(async (folder) => {
    await stop(folder, "--reason", "first");
    assert.equal(await stop(folder, "--reason", "second"), [`${folder}/STOP.flag is set already`]);
    assert.is(flagOf(folder)["detail"], "first");

    writeFileSync(`${folder}/STOP.flag`, "by hand");
    await stop(folder);
    assert.is(readFileSync(`${folder}/STOP.flag`, "utf8"), "by hand");
  });
});

test("stop says that nothing is stopped when it cannot set the latch", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/file`, "x");
    const terminal = fakeTerminal();
    assert.is(await runCommand(["stop", "--var", `${folder}/file/var`], terminal), EXIT.failure);
    assert.is(terminal.said.length, 1);
    assert.match(terminal.said[0]!, /file\/var\/STOP\.flag could not be set, nothing is stopped: E/);
    assert.equal(terminal.printed, []);
  });
});

test("stop refuses an operand rather than stop the night of another folder", async () => {
  await inTempFolder(async (folder) => {
    const terminal = fakeTerminal();
    assert.is(await runCommand(["stop", "/srv/nore/var", "--var", folder], terminal), EXIT.usage);
    assert.is(terminal.said[0], 'Expected nothing after stop, got ["/srv/nore/var"]');
    assert.not(existsSync(`${folder}/STOP.flag`));
  });
});

test("stop takes var in the current folder when it is told no other", async () => {
  await inTempFolder(async (folder) => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      assert.is(await runCommand(["stop"], fakeTerminal()), EXIT.ok);
    } finally {
      process.chdir(before);
    }
    assert.is(flagOf(`${folder}/var`)["detail"], "nore stop");
  });
});

test.run();
