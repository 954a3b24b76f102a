import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseLine } from "../../src/core/journal_line.ts";
import { OperationLog } from "../../src/sinks/operation_log.ts";
import { wholeLines } from "../../src/sinks/run_position.ts";
import { memoryFiles } from "../support/memory_files.ts";

const KEY = "AKIA" + "ABCDEFGHIJKLMNOP";

test("write() adds a hashed line at once, without secrets", () => {
  const files = memoryFiles();
  const log = new OperationLog(files, "/run", 1000);
  log.write(7, "warn", `who wrote ${KEY}?`);
  const checked = parseLine(files.text("/run/log.jsonl").trimEnd());
  assert.ok(checked.ok);
  const { ts, level, message } = JSON.parse(checked.json) as Record<string, unknown>;
  assert.equal([ts, level], [7, "warn"]);
  assert.match(String(message), /^who wrote \[redacted: .*\]\?$/);
  log.close();
});

test("write() rotates at the limit", () => {
  const files = memoryFiles();
  const log = new OperationLog(files, "/run", 200);
  for (let ts = 0; ts < 3; ts++) log.write(ts, "info", "one line of some length, so that two do not fit");
  assert.equal(files.list("/run"), ["log.000001.jsonl", "log.000002.jsonl", "log.jsonl"]);
});

test("write() goes on behind the lines that are there", () => {
  const files = memoryFiles();
  new OperationLog(files, "/run", 200).write(0, "info", "one line of some length, so that two do not fit");
  const log = new OperationLog(files, "/run", 200, wholeLines(files, "/run", "log"));
  log.write(1, "info", "one line of some length, so that two do not fit");
  assert.equal(files.list("/run"), ["log.000001.jsonl", "log.jsonl"]);
});

test.run();
