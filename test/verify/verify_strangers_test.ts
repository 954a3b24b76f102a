import { test } from "uvu";
import * as assert from "uvu/assert";
import { finishedRun, problemsOf, verifyBytes, withFile } from "../support/run_bytes.ts";

const run = await finishedRun();
const some = new TextEncoder().encode("some");
const problemsWith = (path: string): readonly string[] => problemsOf(verifyBytes(withFile(run, path, some)));

const STRANGE: readonly string[] = [
  "notes.txt",
  "report.json.bak",
  "report.json.bak.tmp",
  "audit/anchors.000001.jsonl",
  "policy/other.wasm",
  "policy/other.wasm.tmp",
  "queues/orders/inbox.jsonl",
  "queues/fills/inbox.txt",
  "queues/fills/fills.jsonl",
];

for (const path of STRANGE) {
  test(`verifyStrangers() names ${path} `, () => {
    const named = path === "queues/orders/inbox.jsonl" ? "queues/orders" : path;
    assert.ok(
      problemsWith(path).includes(`${named}: does not belong to a run`),
      problemsWith(path).join("\n"),
    );
  });
}

const LEFT: readonly string[] = [
  "queues/fills/inbox.jsonl.torn",
  "queues/fills/inbox.000003.jsonl.torn.tmp",
  "queues/fills/cursor.json.tmp",
  "report.json.torn",
  "report.html.tmp",
  `policy/${"ab".repeat(32)}.wasm.tmp`,
  `policy/${"ab".repeat(32)}.data.json.tmp`,
];

for (const path of LEFT) {
  test(`verifyStrangers() takes ${path} for what a crash has left`, () => {
    assert.equal(problemsWith(path), []);
  });
}

test.run();
