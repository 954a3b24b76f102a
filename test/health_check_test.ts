import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder } from "./support/temp_folder.ts";

const dockerfile = readFileSync(new URL("../Dockerfile", import.meta.url), "utf8");
const check = /^HEALTHCHECK .*\\\n\s+CMD (.*)$/m.exec(dockerfile)![1]!;

test("the health check of the image passes while the beat is young, and else fails", () =>
  inTempFolder((folder) => {
    if (process.platform !== "linux") return; // it asks the find of GNU
    const codeOf = () => spawnSync("sh", ["-c", check], { cwd: folder, stdio: "ignore" }).status;
    assert.is(codeOf(), 1, "no var");
    mkdirSync(`${folder}/var`);
    assert.is(codeOf(), 1, "no night");
    const beat = `${folder}/var/current.json`;
    for (const [ageS, code] of [[0, 0], [60, 1], [3600, 1]] as const) {
      writeFileSync(beat, "{}");
      const then = Date.now() / 1000 - ageS;
      utimesSync(beat, then, then);
      assert.is(codeOf(), code, `${ageS} s`);
    }
  }));

test.run();
