import { mkdirSync, readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { killWhileWriting } from "../../../src/commands/gates/kill_while_writing.ts";
import { problemOf } from "../../../src/commands/gates/rewrite_forever.ts";
import { realFiles } from "../../../src/edge/real_files.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

test("killWhileWriting() kills so many writers and finds a whole file after each", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/cursor.json`;
    const { kills, reads, problem } = await killWhileWriting(path, { kills: 2 });
    assert.equal([kills, problem], [2, null]);
    assert.ok(reads >= 2);
    assert.is(problemOf(realFiles, path), null);
    assert.ok(readdirSync(folder).every((name) => name.startsWith("cursor.json")));
  }));

test("killWhileWriting() fails when the writer cannot write", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/cursor.json`;
    mkdirSync(path);
    const { kills, problem } = await killWhileWriting(path, { kills: 2 });
    assert.is(kills, 1);
    assert.match(
      problem!,
      /^the writer ended by itself or wrote too little: code [1-9]\d*, 0 of 1 rounds .*[Ii]s a directory|EISDIR/,
    );
  }));

test("killWhileWriting() fails when the writer has not written in time", () =>
  inTempFolder(async (folder) => {
    const { problem } = await killWhileWriting(`${folder}/cursor.json`, { kills: 1, lifeMsMax: 1 });
    assert.match(problem!, /^the writer ended by itself or wrote too little: code null, 0 of 1 rounds /);
  }));

test.run();
