import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact, parseLine } from "../../src/core/journal_line.ts";
import { QueueFiles } from "../../src/sinks/queue_files.ts";
import { memoryFiles } from "../support/memory_files.ts";

const FOLDER = "/run/queues/fills";

function openQueue(consumers: readonly string[] = ["risk_role", "execution_role"], rotateBytes = 1000) {
  const files = memoryFiles();
  const queue = new QueueFiles({
    files,
    folder: FOLDER,
    name: "fills",
    runId: "20261121_220000",
    consumers,
    rotateBytes,
    position: null,
  });
  const lines = (name: string) =>
    files.text(`${FOLDER}/${name}`).split("\n").slice(0, -1).map((line) => {
      const checked = parseLine(line);
      if (!checked.ok) throw new Error(checked.problem);
      return JSON.parse(checked.json) as Record<string, unknown>;
    });
  const cursor = () => openArtefact(files.text(`${FOLDER}/cursor.json`));
  return { files, queue, lines, cursor };
}

test("QueueFiles() makes its files at once, empty", () => {
  const { files } = openQueue();
  assert.equal(files.list(FOLDER), ["acks.jsonl", "deadletter.jsonl", "inbox.jsonl"]);
});

test("ack() covers the lines since the last one, for each consumer, and none where there are none", () => {
  const { queue, lines } = openQueue();
  const step = (count: number, ts: number) => {
    for (let i = 0; i < count; i++) queue.inbox.add("x\n");
    assert.is(queue.hasUnacked, count > 0);
    queue.ack(ts);
  };
  step(2, 5);
  step(0, 6);
  step(1, 7);
  queue.acks.write();
  assert.equal(lines("acks.jsonl"), [
    { consumer: "risk_role", from: 0, to: 1, ts: 5 },
    { consumer: "execution_role", from: 0, to: 1, ts: 5 },
    { consumer: "risk_role", from: 2, to: 2, ts: 7 },
    { consumer: "execution_role", from: 2, to: 2, ts: 7 },
  ]);
  assert.is(queue.hasUnacked, false);
});

test("ack() leaves nothing unacked in a queue that nobody reads", () => {
  const { queue, files } = openQueue([]);
  queue.inbox.add("x\n");
  queue.ack(5);
  queue.acks.write();
  assert.is(queue.hasUnacked, false);
  assert.is(files.text(`${FOLDER}/acks.jsonl`), "");
});

test("writeCursor() stands behind the last acked line, in the active file, counting through all segments", () => {
  const { queue, cursor } = openQueue(["risk_role"], 4);
  queue.writeCursor();
  const start = { file: "inbox.jsonl", offset: 0, line: 0, n: -1 };
  const { sha256: _, ...fields } = cursor();
  assert.equal(fields, {
    schema: "nore/cursor",
    v: 1,
    run_id: "20261121_220000",
    queue: "fills",
    consumers: { risk_role: start },
  });
  for (const [line, n] of [["abc\n", 4], ["de\n", 9]] as const) {
    queue.inbox.add(line);
    queue.lastN = n;
    queue.inbox.write();
  }
  queue.ack(5);
  queue.writeCursor();
  const end = { file: "inbox.jsonl", offset: 3, line: 2, n: 9 };
  assert.equal(cursor()["consumers"], { risk_role: end });
});

test("writeCursor() names no one in a queue that nobody reads", () => {
  const { queue, cursor } = openQueue([]);
  queue.writeCursor();
  assert.equal(cursor()["consumers"], {});
});

const letter = { ts: 5, queue: "fills", reason_code: "TICK_UNUSABLE", detail: "no price" };
const KEY = "AKIA" + "ABCDEFGHIJKLMNOP";
const bytes = (text: string) => new TextEncoder().encode(text);

test("addDeadletter() keeps what came, as base64, with its length", () => {
  const { queue, lines } = openQueue();
  const raw = new Uint8Array([0, 255, 10, 0xe2, 0x82]);
  queue.addDeadletter({ ...letter, raw });
  queue.deadletter.write();
  const [line] = lines("deadletter.jsonl");
  const { ts, reason_code, detail } = letter;
  assert.equal(line, { ts, reason_code, detail, bytes: 5, raw: Buffer.from(raw).toString("base64") });
  assert.is(Object.keys(line!).join(), "ts,reason_code,detail,bytes,raw");
});

test("addDeadletter() keeps the first 4 KiB", () => {
  const { queue, lines } = openQueue();
  queue.addDeadletter({ ...letter, raw: new Uint8Array(5000).fill(65) });
  queue.deadletter.write();
  const [line] = lines("deadletter.jsonl");
  assert.is(line!["bytes"], 5000);
  assert.is(Buffer.from(String(line!["raw"]), "base64").toString(), "A".repeat(4096));
});

test("addDeadletter() keeps no secret, nor the first half of one at the cut", () => {
  for (const length of [0, 4076, 4080, 4090, 4095]) {
    const { queue, lines } = openQueue();
    queue.addDeadletter({ ...letter, detail: KEY, raw: bytes(" ".repeat(length) + KEY) });
    queue.deadletter.write();
    const [line] = lines("deadletter.jsonl");
    const kept = Buffer.from(String(line!["raw"]), "base64").toString();
    assert.not.match(kept, /AKIA/, `${length} bytes before it`);
    assert.not.match(String(line!["detail"]), /AKIA/);
  }
});

test.run();
