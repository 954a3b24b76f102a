import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { writeArtefact } from "../../src/sinks/atomic_file.ts";
import {
  describeLatch,
  latchReason,
  liftedNotices,
  readLatch,
  setLatch,
  type StopNotice,
  writeStopCopy,
} from "../../src/sinks/stop_flag.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";

const NOTICE: StopNotice = {
  run_id: "20261121_220000",
  ts: 5,
  component: "risk_role",
  reason_code: "RISK_DRAWDOWN",
  detail: "0.06 of 0.05",
};
const KEY = "AKIA" + "ABCDEFGHIJKLMNOP";

function latchWith(text: string): string | null {
  const files = memoryFiles();
  files.contents.set("/var/STOP.flag", new TextEncoder().encode(text));
  return readLatch(files, "/var");
}

test("readLatch() gives null where there is no latch, and the empty text of an empty one", () => {
  assert.is(readLatch(memoryFiles(), "/var"), null);
  assert.is(latchWith(""), "");
});

test("readLatch() shows no secret", () => {
  assert.not.match(latchWith(`because of ${KEY}`)!, /AKIA/);
});

test("readLatch() shows no half of a secret either when it is cut", () => {
  for (let length = 4070; length <= 4100; length++) {
    const text = latchWith("x".repeat(length) + " " + KEY)!;
    assert.not.match(text, /AKIA/, `${length} characters before it`);
    assert.ok(text.length <= 4096);
  }
});

test("setLatch() writes the notice as an artefact of var", () => {
  const files = memoryFiles();
  setLatch(files, "/var", NOTICE);
  const { sha256: _, ...fields } = openArtefact(files.text("/var/STOP.flag"));
  assert.equal(fields, { schema: "nore/stop_flag", v: 1, ...NOTICE });
  assert.is(readLatch(files, "/var"), files.text("/var/STOP.flag"));
});

test("setLatch() leaves the words of whoever was first", () => {
  const files = memoryFiles();
  files.contents.set("/var/STOP.flag", new TextEncoder().encode("by hand"));
  setLatch(files, "/var", NOTICE);
  assert.is(files.text("/var/STOP.flag"), "by hand");
});

test("writeStopCopy() quotes the latch in the run's own artefact", () => {
  for (const latch of ["by hand", null]) {
    const files = memoryFiles();
    writeStopCopy(files, "/var/runs/r", NOTICE, latch);
    const { sha256: _, ...fields } = openArtefact(files.text("/var/runs/r/STOP.flag"));
    assert.equal(fields, { schema: "nore/stop_flag", v: 1, ...NOTICE, latch });
  }
});

test("setLatch() leaves an empty latch where the disk takes no artefact", () => {
  const files = memoryFiles();
  files.fault = (call) => {
    if (call === "write") throw systemError("ENOSPC");
  };
  assert.throws(() => setLatch(files, "/var", NOTICE), /ENOSPC/);
  assert.is(readLatch(files, "/var"), "");
});

test("readLatch() takes a latch that it cannot read for one", () => {
  const files = memoryFiles();
  files.contents.set("/var/STOP.flag", new TextEncoder().encode("x"));
  const read = () => {
    throw systemError("EISDIR");
  };
  assert.is(readLatch({ ...files, read }, "/var"), "(it cannot be read)");
});

test("describeLatch() gives the reason of our own latches and the words of others", () => {
  assert.is(
    describeLatch(JSON.stringify({ sha256: "0", ...NOTICE })),
    `${NOTICE.reason_code} (${NOTICE.component}): ${NOTICE.detail}`,
  );
  assert.is(describeLatch(" by hand\n"), "by hand");
  assert.is(describeLatch('{"a":1}'), '{"a":1}');
  assert.is(describeLatch("\n"), "(nothing)");
});

test("latchReason() is what the journal keeps of a latch", () => {
  assert.is(latchReason(JSON.stringify({ sha256: "0", ...NOTICE })), NOTICE.detail);
  assert.is(latchReason(" by hand\n"), "by hand");
  assert.is(latchReason("null"), "null");
  assert.is(latchReason("\n"), "");
});

test("liftedNotices() gives what latches of our own said, and nothing of those that were set by hand", () => {
  const files = memoryFiles();
  assert.equal(liftedNotices(files, "/var"), []);
  const lifted = (name: string, flag: string) =>
    writeArtefact(files, `/var/unlatched/${name}`, { flag_base64: Buffer.from(flag).toString("base64") });
  lifted("20261121_220000.json", JSON.stringify({ sha256: "0", ...NOTICE }));
  lifted("20261121_220000-1.json", "by hand");
  files.contents.set("/var/unlatched/notes.txt", new TextEncoder().encode("dinner"));
  assert.equal(liftedNotices(files, "/var").map(({ run_id, reason_code }) => [run_id, reason_code]), [
    [NOTICE.run_id, NOTICE.reason_code],
  ]);
  files.contents.set("/var/unlatched/bad.json", new TextEncoder().encode("{}"));
  assert.throws(() => liftedNotices(files, "/var"), /unlatched\/bad\.json does not say what was lifted: /);
});

test.run();
