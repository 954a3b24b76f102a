import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/commands/command.ts";
import { readGiven } from "../../src/commands/given_file.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("readGiven() gives the bytes, and names the option of what cannot be read", () =>
  inTempFolder((folder) => {
    writeFileSync(`${folder}/key`, "abc");
    assert.equal([...readGiven("pubkey", `${folder}/key`)], [97, 98, 99]);
    assert.throws(
      () => readGiven("pubkey", `${folder}/none`),
      (error: Error) => error instanceof UsageError && /^--pubkey: ENOENT/.test(error.message),
    );
    return Promise.resolve();
  }));

test.run();
