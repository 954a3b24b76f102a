import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { makeRunFolder } from "../../src/sinks/run_folder.ts";
import { memoryFiles } from "../support/memory_files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const CONTENT = {
  configText: '{"mode":"NORE"}',
  contracts: new Map([["contracts.v1.yaml", bytes("types: {}")], [
    "schemas/fill.v1.schema.json",
    bytes("{}"),
  ]]),
  policyWasm: bytes("\0asm"),
  policyData: bytes('{"hosts":[]}'),
  manifest: { schema: "nore/manifest", run_id: "20261121_220000" },
};
const WASM = `policy/${sha256Hex("\0asm")}.wasm`;
const DATA = `policy/${sha256Hex('{"hosts":[]}')}.data.json`;

test("makeRunFolder() puts everything that a verifier needs under the names that their hashes give", () => {
  const files = memoryFiles();
  const manifest = makeRunFolder(files, "/var/runs/r", CONTENT);
  const texts = Object.fromEntries(
    [...files.contents.keys()].map((path) => [path.slice("/var/runs/r/".length), files.text(path)]),
  );
  assert.equal(texts, {
    "config.json": CONTENT.configText,
    "contracts/contracts.v1.yaml": "types: {}",
    "contracts/schemas/fill.v1.schema.json": "{}",
    [WASM]: "\0asm",
    [DATA]: '{"hosts":[]}',
    "manifest.json": manifest,
  });
  const { sha256: _, ...fields } = openArtefact(manifest);
  assert.equal(fields, CONTENT.manifest);
});

test("makeRunFolder() writes the manifest last: where it is, all the rest is", () => {
  const files = memoryFiles();
  makeRunFolder(files, "/var/runs/r", CONTENT);
  const renamed = files.calls.filter((call) => call.startsWith("rename "));
  assert.is(renamed.at(-1), "rename /var/runs/r/manifest.json.tmp");
  assert.is(renamed.length, 6);
});

test("makeRunFolder() leaves nothing that a power loss could take away, once the way to the folder is synced", () => {
  const files = memoryFiles();
  makeRunFolder(files, "/var/runs/r", CONTENT);
  for (const folder of ["/var/runs", "/var"]) files.syncDirectory(folder);
  assert.equal([...files.afterPowerLoss().contents].sort(), [...files.contents].sort());
});

test.run();
