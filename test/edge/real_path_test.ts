import { mkdirSync, symlinkSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { realPath } from "../../src/edge/real_path.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("realPath() follows links, also where the end of the path is not there yet", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/real/inner`, { recursive: true });
    symlinkSync(`${folder}/real`, `${folder}/link`);
    assert.is(realPath(`${folder}/link/inner`), `${folder}/real/inner`);
    assert.is(realPath(`${folder}/link/inner/not/yet`), `${folder}/real/inner/not/yet`);
    assert.is(realPath(`${folder}/link/../real/./not`), `${folder}/real/not`);
  }));

test("realPath() is absolute", () => {
  assert.is(realPath("not_there"), realPath(`${process.cwd()}/not_there`));
  assert.is(realPath("/"), "/");
});

test("realPath() leaves a path as it is where nothing may be looked at", () => {
  const refuse = () => {
    throw new Error("not granted");
  };
  assert.is(realPath("/some/where", refuse), "/some/where");
});

test.run();
