import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerLine } from "../../src/core/ai_mail.ts";
import { type FirstWorker, firstWorker } from "../../src/commands/first_worker.ts";
import type { ProvenListener } from "../../src/streams/ai/ai_session.ts";

const BEAT: WorkerLine = { type: "heartbeat", payload: { seq: 1, rows: 0, drift: false } };
const VIOLATION = { detail: "an order", raw: new Uint8Array(), denial: null };
const FAR_MS = 60_000;

function stage(timeoutMs: number = FAR_MS) {
  const log: unknown[] = [];
  let it: ProvenListener | null = null;
  let kills = 0;
  const session = { send: () => {}, kill: () => void kills++ };
  const found = firstWorker((listener) => {
    it = listener;
    return session;
  }, timeoutMs);
  const listener: ProvenListener = {
    proven: (leaks) => void log.push(["proven", ...leaks]),
    said: ({ type }) => void log.push(type),
    violated: ({ detail }) => void log.push(["violated", detail]),
    ended: (reason) => void log.push(["ended", reason]),
  };
  return { found, it: it! as ProvenListener, session, log, listener, kills: () => kills };
}

test("firstWorker() hands over one that is proven, and says so behind the call", async () => {
  const { found, it, session, log, listener, kills } = stage();
  it.proven([]);
  const first = await found as FirstWorker;
  it.said(BEAT); // nobody is there who could hear it
  assert.is(first.handOver(listener), session);
  assert.equal(log, []);
  await Promise.resolve();
  it.said(BEAT);
  it.violated(VIOLATION);
  it.ended("killed");
  assert.equal(log, [["proven"], "heartbeat", ["violated", "an order"], ["ended", "killed"]]);
  assert.is(kills(), 0);
});

test("firstWorker() tells whoever takes it over that it has ended meanwhile", async () => {
  const { found, it, log, listener } = stage();
  it.proven([]);
  const first = await found as FirstWorker;
  it.ended("exit 1");
  first.handOver(listener);
  await Promise.resolve();
  assert.equal(log, [["ended", "exit 1"]]);
});

test("firstWorker() can be killed before anybody took it over", async () => {
  const { found, it, kills } = stage();
  it.proven([]);
  (await found as FirstWorker).kill();
  assert.is(kills(), 1);
});

const REFUSED: readonly (readonly [string, boolean, (it: ProvenListener) => void])[] = [
  ["its isolation leaks: tcp worked; dns worked", true, (it) => it.proven(["tcp worked", "dns worked"])],
  ["an order", true, (it) => it.violated(VIOLATION)],
  ["its process has ended: exit 1", false, (it) => it.ended("exit 1")],
];
for (const [problem, isViolation, act] of REFUSED) {
  test(`firstWorker() has none: ${problem}`, async () => {
    const { found, it, kills } = stage();
    act(it);
    it.ended("killed");
    assert.equal([await found, kills() > 0], [{ problem, isViolation }, true]);
  });
}

test("firstWorker() has none where it does not begin in time", async () => {
  const { found, kills } = stage(0);
  assert.equal(await found, { problem: "it has not begun within 0 ms", isViolation: false });
  assert.is(kills(), 1);
});

test.run();
