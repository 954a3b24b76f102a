import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { takeVarLock } from "../../src/edge/var_lock.ts";
import { type FakeTerminal, fakeTerminal } from "../support/fake_terminal.ts";
import { atTime } from "../support/frozen_time.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const TS = Date.UTC(2026, 10, 21, 22, 0, 0, 250);

async function unlatch(
  varFolder: string,
  ...words: readonly string[]
): Promise<FakeTerminal & { readonly code: number }> {
  const terminal = fakeTerminal();
  let code = -1;
  await atTime(TS, async () => {
    code = await runCommand(["unlatch", "--var", varFolder, ...words], terminal);
  });
  return { ...terminal, code };
}

test("unlatch archives the flag's bytes with the reason and lifts it", async () => {
  const contents = [
    new Uint8Array(),
    new Uint8Array([0, 255, 10, 13, 128]),
    new TextEncoder().encode("ünruhig\n"),
  ];
  for (const bytes of contents) {
    await inTempFolder(async (folder) => {
      writeFileSync(`${folder}/STOP.flag`, bytes);
      const { code, printed, said } = await unlatch(folder, "--reason", "  the fee setting was wrong ");
      const archive = `${folder}/unlatched/20261121_220000.json`;
      assert.is(code, EXIT.ok);
      assert.equal(printed, [`The latch is lifted; what it said is kept in ${archive}`]);
      assert.equal(said, []);
      assert.not(existsSync(`${folder}/STOP.flag`));
      const { sha256: _, flag_base64, ...rest } = openArtefact(readFileSync(archive, "utf8"));
      assert.equal(new Uint8Array(Buffer.from(String(flag_base64), "base64")), bytes);
      assert.equal(rest, {
        schema: "nore/unlatched",
        v: 1,
        unlatched_ts: TS,
        reason: "the fee setting was wrong",
      });
    });
  }
});

test("unlatch gives each archive of the same second a name of its own", async () => {
  await inTempFolder(async (folder) => {
    for (const text of ["first", "second", "third"]) {
      writeFileSync(`${folder}/STOP.flag`, text);
      assert.is((await unlatch(folder, "--reason", text)).code, EXIT.ok);
    }
    const names = ["20261121_220000.json", "20261121_220000-1.json", "20261121_220000-2.json"];
    assert.equal(readdirSync(`${folder}/unlatched`).sort(), [...names].sort());
    const reasons = names.map((name) =>
      openArtefact(readFileSync(`${folder}/unlatched/${name}`, "utf8"))["reason"]
    );
    assert.equal(reasons, ["first", "second", "third"]);
  });
});

test("unlatch wants a reason and leaves the latch without one", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/STOP.flag`, "");
    for (const words of [[], ["--reason", ""], ["--reason", "  "]]) {
      const { code, said } = await unlatch(folder, ...words);
      assert.is(code, EXIT.usage);
      assert.equal(said, [
        'Expected --reason "…": it is kept with the archived flag',
        "Help: nore unlatch --help",
      ]);
    }
    assert.equal(readdirSync(folder), ["STOP.flag"]);
  });
});

test("unlatch does nothing where no latch is set", async () => {
  await inTempFolder(async (folder) => {
    const { code, printed } = await unlatch(`${folder}/var`, "--reason", "why not");
    assert.is(code, EXIT.ok);
    assert.equal(printed, [`${folder}/var/STOP.flag is not set`]);
    assert.equal(readdirSync(folder), []);
  });
});

test("unlatch is refused while the night still holds var, and works once it has let go", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/STOP.flag`, "stop");
    const lock = await takeVarLock(folder);
    const early = await unlatch(folder, "--reason", "too early");
    assert.is(early.code, EXIT.lockHeld);
    assert.match(early.said[0]!, /belongs to a running night.*: wait until it has stopped$/);
    assert.is(readFileSync(`${folder}/STOP.flag`, "utf8"), "stop");
    assert.not(existsSync(`${folder}/unlatched`));

    lock.release();
    assert.is((await unlatch(folder, "--reason", "it has stopped")).code, EXIT.ok);
  });
});

test("unlatch keeps the latch and lets go of var when the archive cannot be written", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/STOP.flag`, "stop");
    writeFileSync(`${folder}/unlatched`, "a file where the folder should be");
    const { code, said } = await unlatch(folder, "--reason", "understood");
    assert.is(code, EXIT.failure);
    assert.match(said[0]!, /unlatched/);
    assert.is(readFileSync(`${folder}/STOP.flag`, "utf8"), "stop");
    (await takeVarLock(folder)).release();
  });
});

test("unlatch refuses an operand rather than lift the latch of another folder", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/STOP.flag`, "stop");
    const { code, said } = await unlatch(folder, "/srv/nore/var", "--reason", "understood");
    assert.is(code, EXIT.usage);
    assert.is(said[0], 'Expected nothing after unlatch, got ["/srv/nore/var"]');
    assert.ok(existsSync(`${folder}/STOP.flag`));
  });
});

test.run();
