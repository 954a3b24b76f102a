import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerLine } from "../../../src/core/ai_mail.ts";
import type { WorkerListener } from "../../../src/core/ports.ts";
import { byType } from "../../../src/streams/ai/admit_line.ts";
import { openSession } from "../../../src/streams/ai/ai_session.ts";

const BYTES_MAX = 100;
const beat = (seq: number): WorkerLine => ({ type: "heartbeat", payload: { seq, rows: 0, drift: false } });
const textOf = (line: unknown): string => `${JSON.stringify(line)}\n`;

/** A session whose process a test speaks for. */
function stage() {
  const log: unknown[] = [];
  const sent: string[] = [];
  let pipe: WorkerListener | null = null;
  let kills = 0;
  const starter = {
    start(listener: WorkerListener) {
      pipe = listener;
      return { send: (line: string) => void sent.push(line), kill: () => void kills++ };
    },
  };
  const session = openSession(starter, { checks: [byType], lineBytesMax: BYTES_MAX }, {
    said: (line) => void log.push(line),
    violated: ({ detail, raw, denial }) =>
      void log.push([detail, new TextDecoder().decode(raw), denial, kills]),
    ended: (reason) => void log.push(reason),
  });
  const write = (text: string) => pipe!.received(new TextEncoder().encode(text));
  return { session, sent, log, write, end: (reason: string) => pipe!.ended(reason), kills: () => kills };
}

test("openSession() gives each admitted line once, however the pipe cuts it", () => {
  const { write, log, end } = stage();
  const text = [1, 2, 3].map((seq) => textOf(beat(seq))).join("");
  for (const letter of text) write(letter);
  write(text);
  end("exit 0");
  assert.equal(log, [beat(1), beat(2), beat(3), beat(1), beat(2), beat(3), "exit 0"]);
});

test("openSession() sends lines as JSON", () => {
  const { session, sent } = stage();
  session.send({ type: "model", model: null });
  assert.equal(sent, ['{"type":"model","model":null}']);
});

test("openSession() kills it for the first line that is not admitted, tells once, and reads nothing behind it", () => {
  const { write, log, kills, end } = stage();
  const order = textOf({ type: "order_intent" });
  write(`${textOf(beat(1))}${order}${textOf(beat(2))}${order}${"x".repeat(200)}`);
  write(textOf(beat(3)));
  end("killed");
  const detail = 'type "order_intent", expected one of five';
  assert.equal(log, [beat(1), [detail, order.trim(), null, 1], "killed"]);
  assert.is(kills(), 1);
});

test("openSession() kills it for a line that is too long, before its end is there", () => {
  const { write, log, kills } = stage();
  write("x".repeat(BYTES_MAX));
  assert.is(kills(), 0);
  write("x");
  write("x".repeat(1000) + textOf(beat(1)));
  assert.equal(log, [[`a line of more than ${BYTES_MAX} bytes`, "x".repeat(BYTES_MAX), null, 1]]);
});

test("openSession() reads nothing once it is killed, not even what was wrong", () => {
  const { session, write, log, kills, end } = stage();
  session.kill();
  write(textOf(beat(1)) + textOf({ type: "order_intent" }));
  write("x".repeat(200));
  end("killed");
  assert.equal([log, kills()], [["killed"], 1]);
});

test("openSession() is deaf to a line that is too long behind one that was not admitted", () => {
  const { write, log } = stage();
  write(textOf({ type: "order_intent" }) + "x".repeat(200));
  assert.is(log.length, 1);
});

test.run();
