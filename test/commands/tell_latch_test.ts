import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { tellLatch } from "../../src/commands/tell_latch.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("tellLatch() says what the latch says and how it is lifted, nothing where none is set", () =>
  inTempFolder((folder) => {
    const terminal = fakeTerminal();
    assert.equal([tellLatch(terminal, folder), terminal.said], [false, []]);
    writeFileSync(`${folder}/STOP.flag`, "a bad feeling\n");
    assert.is(tellLatch(terminal, folder), true);
    assert.equal(terminal.said, [
      `Refused: ${folder}/STOP.flag is set. It says: a bad feeling`,
      'When its reason is understood: nore unlatch --reason "…"',
    ]);
  }));

test.run();
