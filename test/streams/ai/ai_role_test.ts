import { test } from "uvu";
import * as assert from "uvu/assert";
import { advice, batches, event, healths, stage, words } from "../../support/ai_stage.ts";

test("AiRole is given what happens step by step, from its proof on", () => {
  const { role, until, last, lives, beat, prove, said } = stage({ step_ms: 1000 });
  role.take(event(1));
  assert.is(lives.length, 0);
  until(1500);
  assert.equal([lives.length, last().sent], [1, []], "it is not proven yet");
  prove();
  role.take(event(2));
  until(2500);
  beat(1);
  until(3500);
  assert.equal(batches(last()), [[1, 2000, 2, 0], [2, 3000, 0, 0]]);
  assert.equal(words(said), ["UP 1500"]);
  assert.is(healths(said)[0]!.detail, "linux_namespaces");
});

test("AiRole leaves no more than two batches unanswered, keeps the rest, and loses the oldest", () => {
  const { role, until, last, beat, prove, said } = stage({ step_ms: 1000, mailbox_max: 3 });
  until(1000);
  prove();
  for (let ms = 2000; ms <= 3500; ms += 500) {
    role.take(event(ms));
    until(ms);
  }
  assert.is(batches(last()).length, 2);
  for (let n = 1; n <= 5; n++) role.take(event(n));
  until(4600);
  assert.is(batches(last()).length, 2, "a third waits");
  beat(1);
  until(5000);
  assert.equal(batches(last()).at(-1), [3, 5000, 3, 3]); // of six that waited
  beat(2);
  beat(3);
  until(6000);
  assert.equal(batches(last()).at(-1), [4, 6000, 0, 0]);
  beat(4);
  assert.equal(words(said), ["UP 1000"]);
});

test("AiRole tells now and then how it does: what was lost, and whether the market has changed", () => {
  const { role, until, beat, prove, said } = stage({ step_ms: 1000, mailbox_max: 3 });
  const live = (fromMs: number, toMs: number, seq: number) => {
    for (let ms = fromMs; ms <= toMs; ms += 1000) {
      until(ms);
      beat(seq++);
    }
    return seq;
  };
  until(1000);
  prove();
  for (let n = 1; n <= 5; n++) role.take(event(n));
  let seq = live(2000, 12_000, 1);
  assert.equal(healths(said).map(({ state, dropped }) => [state, dropped]), [["UP", 0], ["DEGRADED", 2]]);
  assert.match(healths(said)[1]!.detail!, "2 events were lost");
  until(13_000);
  beat(seq++, true);
  until(14_000);
  beat(seq++, true);
  assert.match(healths(said)[2]!.detail!, "the market is no longer");
  assert.is(healths(said).length, 3, "told when it changes");
  seq = live(15_000, 16_000, seq);
  assert.equal(healths(said).slice(3).map(({ state, dropped, uptime_s }) => [state, dropped, uptime_s]), [[
    "UP",
    2,
    14,
  ]]);
});

test("AiRole is down where no answer comes in time, and comes again only where it is asked to", () => {
  const { role, until, last, lives, prove, said } = stage({ step_ms: 1000, answer_timeout_ms: 3000 });
  until(1000);
  prove();
  until(4999);
  assert.is(last().isKilled, false);
  until(5000);
  assert.is(last().isKilled, true);
  assert.equal([words(said), healths(said)[1]!.detail], [
    ["UP 1000", "DOWN 5000"],
    "no answer within 3000 ms",
  ]);
  assert.is(role.uptimeS(5000), null);
  last().listener.said(advice());
  last().listener.ended("killed");
  until(600_000);
  assert.equal([lives.length, said.length], [1, 2], "nobody has asked for it");
  role.restart(false);
  until(601_000);
  assert.is(lives.length, 2);
  assert.equal(words(said).at(-1), "role_restarted 601000");
});

test("AiRole gives each answer its time anew, and no more than that", () => {
  const { until, last, beat, prove } = stage({ step_ms: 1000, answer_timeout_ms: 3000 });
  until(1000);
  prove();
  until(4500); // batches at 2000 and 3000
  beat(1);
  until(7499);
  assert.is(last().isKilled, false);
  until(7500);
  assert.is(last().isKilled, true);
});

test("AiRole is down where it does not begin in time", () => {
  const { until, last, said, prove } = stage({ step_ms: 1000, start_timeout_ms: 2000 });
  until(3000);
  assert.equal([healths(said)[0]!.detail, last().isKilled], ["it has not begun within 2000 ms", true]);
  prove();
  assert.is(said.length, 1, "it is too late");
});

test("AiRole waits twice as long before each restart, up to the most", () => {
  const { role, until, lives, said, last } = stage({
    step_ms: 10,
    restarts: { limit: 9, first_ms: 1000, most_ms: 5000 },
  });
  const waits: number[] = [];
  until(10);
  for (let i = 1, ms = 10; i <= 5; i++) {
    last().listener.ended("gone");
    role.restart(false);
    const before = ms;
    while (lives.length === i) until(ms += 10);
    waits.push(ms - before);
  }
  assert.equal(waits, [1000, 2000, 4000, 5000, 5000]);
  assert.equal(
    said.flatMap(({ type, payload }) => type === "lifecycle" ? [payload.detail] : []).at(-1),
    "ai_role: restart 5",
  );
});

test("AiRole stays off where the watchdog has given it up", () => {
  const { role, until, lives, said, last, prove } = stage({ step_ms: 1000 });
  until(1000);
  prove();
  last().listener.ended("gone");
  role.restart(true);
  role.take(event(1));
  until(1_000_000);
  assert.equal([lives.length, words(said)], [1, ["UP 1000", "DOWN 1000"]]);
  assert.is(healths(said)[1]!.detail, "its process has ended: gone");
});

test("AiRole says for how long it is up, also when the night is over", async () => {
  const { role, until, prove, last } = stage({ step_ms: 1000 });
  assert.is(role.uptimeS(500), null);
  until(1000);
  prove();
  assert.is(role.uptimeS(3500), 2.5);
  assert.is(role.uptimeS(0), 0);
  let isClosed = false;
  const closed = role.close().then(() => isClosed = true);
  assert.equal([last().isKilled, role.uptimeS(3500)], [true, 2.5]);
  await Promise.resolve();
  assert.is(isClosed, false, "its process is not gone yet");
  last().listener.ended("killed");
  await closed;
});

test("AiRole without a process is closed at once", async () => {
  const { role, said } = stage();
  await role.close();
  assert.equal(said, []);
});

test("AiRole says nothing once nobody listens, and steps no more", () => {
  const { until, lives, hush } = stage({ step_ms: 1000 });
  hush();
  until(10_000);
  assert.is(lives.length, 0);
});

test("AiRole steps faster where time does, though not without end", () => {
  const on = stage({ step_ms: 1000 }, { speed: 10 });
  on.until(100);
  assert.is(on.lives.length, 1);
  const most = stage({ step_ms: 1000 }, { speed: 1e9 });
  most.until(9);
  assert.is(most.lives.length, 0);
  most.until(10);
  assert.is(most.lives.length, 1);
});

test.run();
