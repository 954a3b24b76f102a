import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { codeVersion } from "../../src/edge/code_version.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** Written in an order that is not that of the hash. */
const SOURCE: readonly (readonly [string, string])[] = [
  ["src/main.ts", "main"],
  ["src/core/b.ts", "b"],
  ["src/core/a.ts", "a"],
  ["package.json", "{}"],
];

function writeSource(folder: string): void {
  mkdirSync(`${folder}/src/core`, { recursive: true });
  for (const [path, text] of SOURCE) writeFileSync(`${folder}/${path}`, text);
}

test("codeVersion() hashes the source as sha256sum would list it, and knows no commit without git", () =>
  inTempFolder((folder) => {
    writeSource(folder);
    const lines = ["package.json", "src/core/a.ts", "src/core/b.ts", "src/main.ts"]
      .map((path) => `${hashOf(new Map(SOURCE).get(path)!)}  ${path}\n`);
    const expected = { commit: null, dirty: null, source_sha256: hashOf(lines.join("")) };
    assert.equal(codeVersion(folder), expected);
  }));

test("codeVersion() sees a changed, a new and a renamed file of the source, and no other", () =>
  inTempFolder((folder) => {
    writeSource(folder);
    const hashes = [codeVersion(folder).source_sha256];
    for (const [path, text] of [["src/main.ts", "other"], ["src/new.ts", ""], ["src/core/c.ts", "a"]]) {
      writeFileSync(`${folder}/${path}`, text!);
      hashes.push(codeVersion(folder).source_sha256);
    }
    assert.is(new Set(hashes).size, 4);
    writeFileSync(`${folder}/README.md`, "not source");
    assert.is(codeVersion(folder).source_sha256, hashes.at(-1));
  }));

test("codeVersion() says null when git cannot answer", () =>
  inTempFolder((folder) => {
    writeSource(folder);
    writeFileSync(`${folder}/.git`, "gitdir: nowhere\n");
    const { commit, dirty } = codeVersion(folder);
    assert.equal({ commit, dirty }, { commit: null, dirty: null });
  }));

test("codeVersion() gives the commit of a checkout", () => {
  const { commit, dirty, source_sha256 } = codeVersion(root);
  // An unpacked archive of this project has no git.
  if (commit !== null) {
    assert.match(commit, /^[0-9a-f]{40}$/);
    assert.type(dirty, "boolean");
  }
  assert.match(source_sha256, /^[0-9a-f]{64}$/);
});

test.run();
