import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { configSchema, packageRoot, readContractFiles, readText } from "../../src/edge/package_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("packageRoot is the folder of package.json, without a slash at its end", () => {
  assert.not.match(packageRoot, /\/$/);
  assert.is(JSON.parse(readText(`${packageRoot}/package.json`)).name, "nore");
});

test("readText() reads UTF-8", () =>
  inTempFolder((folder) => {
    writeFileSync(`${folder}/a.txt`, "é€𝄞\n");
    assert.is(readText(`${folder}/a.txt`), "é€𝄞\n");
  }));

test("configSchema() is the one beside the configuration, the same object each time", () => {
  const text = readText(`${packageRoot}/config/nore.v1.schema.json`);
  assert.equal(configSchema(), JSON.parse(text));
  assert.ok(configSchema() === configSchema());
});

test("readContractFiles() gives the registry first, then its schemas in order of name, to the byte", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/schemas`);
    const texts = { "schemas/b.json": "b\r\n", "schemas/a.json": "\u{feff}a", "contracts.v1.yaml": "yaml" };
    for (const [path, text] of Object.entries(texts)) writeFileSync(`${folder}/${path}`, text);
    writeFileSync(`${folder}/default.yaml`, "not a contract");
    const files = readContractFiles(folder);
    assert.equal([...files.keys()], ["contracts.v1.yaml", "schemas/a.json", "schemas/b.json"]);
    const encoder = new TextEncoder();
    for (const [path, text] of Object.entries(texts)) {
      assert.equal(files.get(path), encoder.encode(text), path);
    }
  }));

test("readContractFiles() reads the program's own contracts", () => {
  assert.ok(readContractFiles(`${packageRoot}/config`).size > 1);
});

test("readContractFiles() throws when a part is missing", () =>
  inTempFolder((folder) => {
    assert.throws(() => readContractFiles(folder), /ENOENT/);
    mkdirSync(`${folder}/schemas`);
    assert.throws(() => readContractFiles(folder), /ENOENT/);
  }));

test.run();
