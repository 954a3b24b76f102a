import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { aiFileDigest, aiFilePath, keepAiFile, makeRunFolder } from "../../src/sinks/run_folder.ts";
import { sampleModel } from "../support/ai_run.ts";
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

const AI = { boundary: "namespaces", worker: bytes("export {};"), active: { n: 3, model: sampleModel(1) } };
const MODEL = JSON.stringify(sampleModel(1));

test("makeRunFolder() keeps the AI's program and the model that it begins with, before the manifest that names them", () => {
  for (const active of [AI.active, null]) {
    const files = memoryFiles();
    makeRunFolder(files, "/var/runs/r", { ...CONTENT, ai: { ...AI, active } });
    const model = active === null ? [] : [[`/var/runs/r/${aiFilePath("model", sha256Hex(MODEL))}`, MODEL]];
    const kept = [...files.contents.keys()].filter((path) => path.includes("/ai/")).sort();
    assert.equal(
      kept.map((path) => [path, files.text(path)]),
      [...model, [`/var/runs/r/${aiFilePath("worker", sha256Hex("export {};"))}`, "export {};"]].sort(),
    );
    assert.is(
      files.calls.filter((call) => call.startsWith("rename ")).at(-1),
      "rename /var/runs/r/manifest.json.tmp",
    );
  }
});

test("keepAiFile() names what it keeps by its hash, once and for good", () => {
  const files = memoryFiles();
  for (const folder of ["/var/runs/r", "/var/runs", "/var"]) {
    files.makeDirectory(folder);
    files.syncDirectory(folder.slice(0, folder.lastIndexOf("/")));
  }
  const sha256 = keepAiFile(files, "/var/runs/r", "pack", "[[1,2]]");
  assert.is(sha256, sha256Hex("[[1,2]]"));
  const path = `/var/runs/r/ai/${sha256}.pack.json`;
  assert.is(files.afterPowerLoss().text(path), "[[1,2]]");
  const { length } = files.calls;
  assert.is(keepAiFile(files, "/var/runs/r", "pack", bytes("[[1,2]]")), sha256);
  assert.is(files.calls.length, length, "it is there already");
  keepAiFile(files, "/var/runs/r", "model", "{}");
  assert.is(files.calls.filter((call) => call.startsWith("makeDirectory /var/runs/r/ai")).length, 1);
});

test("aiFileDigest() reads the names that aiFilePath() gives, and no others", () => {
  const sha256 = "ab".repeat(32);
  for (const kind of ["model", "pack", "worker"] as const) {
    assert.is(aiFileDigest(aiFilePath(kind, sha256).slice("ai/".length)), sha256);
  }
  const others = [
    `${sha256}.json`,
    `${sha256}.model.json.tmp`,
    `x${sha256}.pack.json`,
    `${sha256}.worker.js`,
  ];
  for (const name of others) assert.is(aiFileDigest(name), null);
});

test.run();
