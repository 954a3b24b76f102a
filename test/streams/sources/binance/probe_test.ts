import { test } from "uvu";
import * as assert from "uvu/assert";
import { oneTimer } from "../../../../src/streams/sources/binance/one_timer.ts";
import { probe, type ProbeResult } from "../../../../src/streams/sources/binance/probe.ts";
import type { RestAnswer } from "../../../../src/streams/sources/binance/rest_door.ts";
import { SteppedTime } from "../../../support/stepped_time.ts";

function staged(
  answer: () => RestAnswer,
  options: { afterMs?: number; aheadMs?: number; speed?: number } = {},
) {
  const { afterMs = 20, aheadMs = 0, speed = 1 } = options;
  const time = new SteppedTime();
  const askedMs: number[] = [];
  const results: ProbeResult[] = [];
  const errors: unknown[] = [];
  const probing = probe({
    door: {
      heldForMs: 0,
      ask() {
        askedMs.push(time.frame);
        return new Promise((resolve) => void time.schedule(() => resolve(answer()), afterMs));
      },
    },
    everyMs: 1000,
    doubtMsMax: 1000,
    clock: { now: () => 50_000 + aheadMs + time.frame * speed },
    elapsed: { now: () => time.frame },
    timer: oneTimer(time, (error) => errors.push(error)),
    onResult: (result) => results.push(result),
    onError: (error) => errors.push(error),
  });
  return { time, askedMs, results, errors, probing };
}

const answered = (value: unknown, elapsedMs = 20): RestAnswer => ({ ok: true, value, body: "", elapsedMs });
const serverTime = (ts: unknown) => answered({ serverTime: ts });

test("probe() measures at once and then every so often, from question to question", async () => {
  const { time, askedMs, results, probing } = staged(() => answered({ serverTime: 50_000 }, 20.12345));
  probing.start();
  await time.advance(2500);
  assert.equal(askedMs, [0, 1000, 2000]);
  assert.equal(results, [
    { latencyMs: 20.123, clockOffsetMs: -10 },
    { latencyMs: 20.123, clockOffsetMs: -1010 },
    { latencyMs: 20.123, clockOffsetMs: -2010 },
  ]);
});

test("probe() takes the offset from the middle of the exchange, in log time", async () => {
  const { time, results, probing } = staged(() => serverTime(60_000), {
    aheadMs: 9000,
    speed: 20,
    afterMs: 31,
  });
  probing.start();
  await time.advance(40);
  assert.equal(results, [{ latencyMs: 20, clockOffsetMs: 690 }]);
});

test("probe() gives no offset when the exchange took so long that it could be anything", async () => {
  for (const [afterMs, clockOffsetMs] of [[2000, 9000], [2001, null]] as const) {
    const { time, results, probing } = staged(() => serverTime(60_000), { afterMs });
    probing.start();
    await time.advance(2001);
    assert.equal(results, [{ latencyMs: 20, clockOffsetMs }]);
  }
});

test("probe() asks no second time when the first answer is still to come", async () => {
  const { time, askedMs, probing } = staged(() => serverTime(1), { afterMs: 2500 });
  probing.start();
  await time.advance(4000);
  assert.equal(askedMs, [0, 2500]);
});

for (const value of [null, [], "x", {}, { serverTime: "1" }, { serverTime: 1.5 }]) {
  test(`probe() gives a bad answer when told ${JSON.stringify(value)}`, async () => {
    const { time, results, probing } = staged(() => answered(value));
    probing.start();
    await time.advance(100);
    assert.is(results.length, 1);
    const [result] = results;
    assert.ok(
      "problem" in result! && result.kind === "bad" && result.problem.startsWith("NOT_TIME: serverTime is "),
    );
  });
}

test("probe() hands on a failure, and goes on", async () => {
  const failure = { ok: false, kind: "late", problem: "TIMEOUT" } as const;
  const { time, results, probing } = staged(() => failure);
  probing.start();
  await time.advance(1500);
  assert.equal(results, [failure, failure]);
});

test("probe() says nothing and asks nothing when stopped, even of an answer that is on its way", async () => {
  const { time, askedMs, results, probing } = staged(() => serverTime(1));
  probing.start();
  await time.advance(10);
  probing.stop();
  await time.advance(5000);
  assert.equal([askedMs, results], [[0], []]);
});

test("probe() hands over what goes wrong inside", async () => {
  const { time, errors, probing } = staged(() => {
    return {
      get ok(): never {
        throw new Error("x");
      },
    } as unknown as RestAnswer;
  });
  probing.start();
  await time.advance(100);
  assert.is(String(errors[0]), "Error: x");
});

test.run();
