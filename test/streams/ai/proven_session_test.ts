import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiTask, HostLine, WorkerLine } from "../../../src/core/ai_mail.ts";
import { byType } from "../../../src/streams/ai/admit_line.ts";
import { type OpenTargets, provenSession } from "../../../src/streams/ai/proven_session.ts";
import { DENIED, fakeStarter, type FakeWorker, PROBED, steadyWorker } from "../../support/fake_worker.ts";

const TASK: AiTask = {
  symbols: ["BTCUSDT"],
  horizon_ms: 30_000,
  advise_every_ms: 10_000,
  pack_every_ms: 60_000,
  snapshot_every_ms: 600_000,
  rows_max: 100,
  model: null,
  rows: [],
};
const TARGETS = {
  tcp_port: 1,
  udp_port: 2,
  unix_path: "/u",
  read_path: "/r",
  write_folder: "/w",
  host_pid: 3,
};
const BATCH: HostLine = { type: "batch", seq: 1, ts: 0, dropped: 0, events: [] };
const BEAT: WorkerLine = { type: "heartbeat", payload: { seq: 1, rows: 0, drift: false } };

/** All that microtasks may bring about. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

function stage(
  worker: FakeWorker,
  more: Partial<OpenTargets> & { readonly open?: () => Promise<OpenTargets> } = {},
) {
  const log: unknown[] = [];
  let closes = 0;
  const targets: OpenTargets = {
    targets: TARGETS,
    arrived: more.arrived ?? (() => Promise.resolve([])),
    close() {
      closes++;
      return more.close?.() ?? Promise.resolve();
    },
  };
  const starter = fakeStarter([() => worker]);
  const session = provenSession({
    starter,
    boundary: "linux_namespaces",
    openTargets: more.open ?? (() => Promise.resolve(targets)),
    task: TASK,
    checks: [byType],
    lineBytesMax: 10_000,
  }, {
    proven: (leaks) => void log.push(["proven", ...leaks]),
    said: (line) => void log.push(line.type),
    violated: ({ detail }) => void log.push(["violated", detail]),
    ended: (reason) => void log.push(["ended", reason]),
  });
  return { session, log, starter, targets, closes: () => closes };
}

test("provenSession() gives the task and the targets, and nothing is said of it before the proof", async () => {
  const heard: HostLine[] = [];
  const steady = steadyWorker();
  const on = stage({
    answer(line) {
      heard.push(line);
      return steady.answer(line);
    },
  });
  on.session.send(BATCH); // too early: there is nobody yet
  await settled();
  assert.equal(on.log, [["proven"]]);
  assert.equal(heard, [{ type: "begin", task: TASK, probe: TARGETS }]);
  assert.is(on.closes(), 1);
  on.session.send(BATCH);
  await settled();
  assert.equal(on.log, [["proven"], "heartbeat"]);
});

test("provenSession() tells what leaked by the process's own word, and what came through whatever it says", async () => {
  const attempts = DENIED.map((attempt) => ({ ...attempt, succeeded: attempt.name === "dns" }));
  const leaking: FakeWorker = { answer: () => [{ type: "probe_result", payload: { attempts } }] };
  const told = stage(leaking);
  const arrived = stage(steadyWorker(), { arrived: () => Promise.resolve(["tcp"]) });
  await settled();
  assert.equal(told.log, [["proven", "dns worked: denied"]]);
  assert.equal(arrived.log, [["proven", "tcp arrived at the host"]]);
  assert.equal([told.closes(), arrived.closes()], [1, 1]);
});

test("provenSession() takes it for a leak where nobody can say what has arrived", async () => {
  const on = stage(steadyWorker(), { arrived: () => Promise.reject(new Error("EIO")) });
  await settled();
  assert.equal([on.log, on.closes()], [[["proven", "nobody can say what has arrived: EIO"]], 1]);
});

for (
  const [when, lines] of [
    ["in place of its proof", [BEAT]],
    ["behind its proof, unasked", [PROBED, BEAT]],
    ["as a second proof", [PROBED, PROBED]],
  ] as const
) {
  test(`provenSession() kills it for a line before it is proven: ${when}`, async () => {
    const on = stage({ answer: () => lines });
    await settled();
    const detail = `${lines.at(-1)!.type} before its isolation was proven`;
    assert.equal(on.log, [["violated", detail], ["ended", "killed"]]);
    assert.is(on.closes(), 1);
  });
}

test("provenSession() tells of a line that is not admitted, before the proof and behind it", async () => {
  const order = new TextEncoder().encode('{"type":"order_intent"}');
  const detail = 'type "order_intent", expected one of five';
  const early = stage({ answer: () => [order] });
  const late = stage(steadyWorker(() => [order]));
  await settled();
  late.session.send(BATCH);
  await settled();
  assert.equal(early.log, [["violated", detail], ["ended", "killed"]]);
  assert.equal(late.log, [["proven"], ["violated", detail], ["ended", "killed"]]);
  assert.equal([early.closes(), late.closes()], [1, 1]);
});

test("provenSession() starts nothing where it was killed before it began", async () => {
  const on = stage(steadyWorker());
  on.session.kill();
  await settled();
  assert.equal([on.log, on.starter.started.length, on.closes()], [
    [["ended", "killed before it began"]],
    0,
    1,
  ]);
});

test("provenSession() says that it ended where it was killed while it was being proven, and no more", async () => {
  let arrive = (_: readonly string[]) => {};
  const on = stage(steadyWorker(), { arrived: () => new Promise((resolve) => arrive = resolve) });
  await settled();
  on.session.kill();
  await settled();
  arrive([]);
  await settled();
  assert.equal([on.log, on.closes()], [[["ended", "killed"]], 1]);
});

test("provenSession() ends where it ends by itself before its proof", async () => {
  const on = stage({ answer: () => [] });
  await settled();
  on.starter.started[0]!.ended("exit 1");
  await settled();
  assert.equal([on.log, on.closes()], [[["ended", "exit 1"]], 1]);
});

test("provenSession() ends where there is nothing that it may try", async () => {
  const on = stage(steadyWorker(), { open: () => Promise.reject(new Error("EMFILE")) });
  on.session.kill();
  await settled();
  assert.equal(on.log, [["ended", "nothing could be set up that it may try: EMFILE"]]);
  assert.is(on.starter.started.length, 0);
});

test("provenSession() does not mind what its targets leave behind", async () => {
  const on = stage(steadyWorker(), { close: () => Promise.reject(new Error("ENOTEMPTY")) });
  await settled();
  assert.equal([on.log, on.closes()], [[["proven"]], 1]);
});

test.run();
