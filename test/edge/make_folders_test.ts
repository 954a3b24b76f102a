import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeFolders, missingFolders, removeIfEmpty } from "../../src/edge/make_folders.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("makeFolders() makes what is missing, and minds nothing that is there", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/a`);
    for (const path of ["a/b/c", "a/b/c", "a", "d"]) makeFolders(`${folder}/${path}`);
    makeFolders("/");
    assert.equal(readdirSync(folder), ["a", "d"]);
    assert.equal(readdirSync(`${folder}/a/b`), ["c"]);
  }));

test("makeFolders() takes a link to a folder for the folder", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/real`);
    symlinkSync(`${folder}/real`, `${folder}/link`);
    makeFolders(`${folder}/link`);
    makeFolders(`${folder}/link/a`);
    assert.equal(readdirSync(`${folder}/real`), ["a"]);
  }));

test("makeFolders() says why a folder cannot be made, and comes to an end", () =>
  inTempFolder((folder) => {
    writeFileSync(`${folder}/file`, "x");
    symlinkSync(`${folder}/nowhere`, `${folder}/broken`);
    const table: (readonly [path: string, code: RegExp])[] = [
      [`${folder}/file`, /^EEXIST/],
      [`${folder}/file/var`, /^(?:ENOTDIR|EEXIST)/],
      [`${folder}/file/deep/var`, /^(?:ENOTDIR|EEXIST)/],
      [`${folder}/broken`, /^EEXIST/],
    ];
    if (process.platform === "linux") table.push(["/proc/x/var", /^(?:ENOENT|EACCES|Requires)/]);
    for (const [path, code] of table) {
      assert.throws(() => makeFolders(path), ({ message }: Error) => code.test(message), path);
    }
    assert.equal(readdirSync(folder), ["broken", "file"]);
  }));

test("missingFolders() names the innermost first, and never the root", () =>
  inTempFolder((folder) => {
    assert.equal(missingFolders(`${folder}/a/b`), [`${folder}/a/b`, `${folder}/a`]);
    assert.equal(missingFolders(folder), []);
    assert.equal(missingFolders("/"), []);
  }));

test("removeIfEmpty() leaves a folder that holds something, and minds none that is not there", () =>
  inTempFolder((folder) => {
    makeFolders(`${folder}/full/inner`);
    for (const path of ["full", "none", "full/inner"]) removeIfEmpty(`${folder}/${path}`);
    assert.equal([readdirSync(folder), readdirSync(`${folder}/full`)], [["full"], []]);
  }));

test.run();
