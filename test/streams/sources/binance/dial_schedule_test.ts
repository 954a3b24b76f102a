import { test } from "uvu";
import * as assert from "uvu/assert";
import { dialSchedule } from "../../../../src/streams/sources/binance/dial_schedule.ts";

const scheduled = (limit = 100) =>
  dialSchedule(
    { attempts: { limit, window_ms: 300_000 }, backoff: { first_ms: 500, most_ms: 30_000 } },
    { next: () => 0.5, below: () => 0, bell: () => 0 },
  );

test("dialSchedule() lets the first dial go at once, waits after a failure, and less when reset", () => {
  const schedule = scheduled();
  assert.is(schedule.nextMs, -Infinity);
  schedule.dialed(0);
  assert.is(schedule.nextMs, -Infinity);
  schedule.backOff(1000);
  assert.is(schedule.nextMs, 1250);
  schedule.backOff(2000);
  assert.is(schedule.nextMs, 2500);
  schedule.reset();
  schedule.backOff(3000);
  assert.is(schedule.nextMs, 3250);
});

test("dialSchedule() waits for room when all attempts of the window are used", () => {
  const schedule = scheduled(2);
  schedule.dialed(10);
  schedule.dialed(20);
  assert.is(schedule.nextMs, 300_010);
  assert.throws(() => schedule.dialed(300_009), "Dialed with no attempt left");
  schedule.dialed(300_010);
  assert.is(schedule.nextMs, 300_020);
});

const REFUSALS: readonly (readonly [string, number])[] = [
  ["Connection refused with HTTP 429", 31_000],
  ['Connection refused with HTTP 429, Retry-After "7"', 8000],
  ["Connection refused with HTTP 418, retry-after: 120", 121_000],
  ["Connection refused with HTTP 403", 31_000],
  ['Connection refused with HTTP 418, Retry-After "9999999"', 259_201_000],
  [`Connection refused with HTTP 429, Retry-After "${"9".repeat(400)}"`, 259_201_000],
  ['Connection refused with HTTP 429, Retry-After "Wed, 21 Oct 2026 07:28:00 GMT"', 31_000],
  ["No connection within 429 ms", -Infinity],
  ["Connection refused with HTTP 500", -Infinity],
  ["connect ECONNREFUSED 127.0.0.1:44291", -Infinity],
];
for (const [reason, nextMs] of REFUSALS) {
  test(`dialSchedule() dials not before ${nextMs} when refused with "${reason}"`, () => {
    const schedule = scheduled();
    schedule.refused(1000, reason);
    assert.is(schedule.nextMs, nextMs);
    schedule.backOff(1000); // never shortens it
    assert.is(schedule.nextMs, Math.max(nextMs, 1250));
  });
}

test.run();
