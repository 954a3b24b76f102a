import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiTask, HostLine, WorkerLine } from "../../../../src/core/ai_mail.ts";
import { linesOf, work } from "../../../../src/streams/ai/worker/session.ts";

const task: AiTask = {
  symbols: ["BTCUSDT"],
  horizon_ms: 1000,
  advise_every_ms: 1000,
  pack_every_ms: 1000,
  snapshot_every_ms: 1000,
  rows_max: 10,
  model: null,
  rows: [],
};
const probe = { tcp_port: 1, udp_port: 2, unix_path: "/s", read_path: "/r", write_folder: "/w", host_pid: 3 };
const begin: HostLine = { type: "begin", task, probe };
const batch = (seq: number): HostLine => ({ type: "batch", seq, ts: seq, dropped: 0, events: [] });

async function* textOf(...lines: readonly (HostLine | string)[]): AsyncGenerator<string> {
  for (const line of lines) yield `${typeof line === "string" ? line : JSON.stringify(line)}\n`;
}

/** What is said, and what the adviser was told. */
async function session(input: AsyncIterable<string>) {
  const said: WorkerLine[] = [];
  const heard: unknown[] = [];
  const say = (line: string): void => {
    assert.ok(line.endsWith("\n"));
    said.push(JSON.parse(line) as WorkerLine);
  };
  await work(input, {
    say,
    tryAll: (targets) => Promise.resolve([{ name: "tcp", succeeded: false, detail: `${targets.tcp_port}` }]),
    makeAdviser: (given) => {
      heard.push(given);
      const beat = (seq: number): WorkerLine => ({
        type: "heartbeat",
        payload: { seq, rows: 0, drift: false },
      });
      return { batch: ({ seq }) => [beat(-seq), beat(seq)], useModel: (model) => void heard.push(model) };
    },
  });
  return { said, heard };
}

test("work() answers begin with what was tried, then hands all lines to the adviser, in order", async () => {
  const { said, heard } = await session(textOf(begin, batch(1), { type: "model", model: null }, batch(2)));
  assert.equal(said[0], {
    type: "probe_result",
    payload: { attempts: [{ name: "tcp", succeeded: false, detail: "1" }] },
  });
  assert.equal(said.slice(1).map(({ payload }) => (payload as { seq: number }).seq), [-1, 1, -2, 2]);
  assert.equal(heard, [task, null]);
});

test("work() answers by its own adviser where none is given", async () => {
  const said: WorkerLine[] = [];
  await work(textOf(begin, { type: "model", model: null }, batch(1)), {
    say: (line) => void said.push(JSON.parse(line) as WorkerLine),
    tryAll: () => Promise.resolve([]),
  });
  assert.equal(said.at(-1)?.type, "heartbeat");
});

test("work() fails at a line that is none, and at any before the first", async () => {
  const failure = (input: AsyncIterable<string>): Promise<string> =>
    session(input).then(() => "", (error: Error) => error.message);
  assert.match(await failure(textOf("{")), /JSON/);
  assert.is(await failure(textOf(batch(1))), 'The first line is "batch", expected "begin"');
});

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) yield bytes.subarray(at, at += size);
  yield bytes.subarray(at);
}

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const list: string[] = [];
  for await (const line of lines) list.push(line);
  return list;
}

test("linesOf() gives the same lines however they are cut into pieces", async () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", ""));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 5 })), async (lines, sizes) => {
      const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(""));
      assert.equal(await all(linesOf(pieces(bytes, sizes))), lines);
    }),
  );
});

test("linesOf() leaves out a line that was cut off, and ends at one without end", async () => {
  assert.equal(await all(linesOf(pieces(new TextEncoder().encode("a\nb"), [1]))), ["a"]);
  const long = pieces(new Uint8Array(30).fill(0x61), [10, 10]);
  const message = await all(linesOf(long, 20)).then(() => "", (error: Error) => error.message);
  assert.is(message, "A line has more than 20 bytes");
});

test.run();
