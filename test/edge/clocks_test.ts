import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { elapsedClock, forwardClock, pacedClock, systemClock, virtualClock } from "../../src/edge/clocks.ts";

test("systemClock gives whole Unix milliseconds", () => {
  const ts = systemClock.now();
  assert.ok(Number.isInteger(ts) && ts > Date.UTC(2020), String(ts));
});

test("elapsedClock goes on", () => {
  const first = elapsedClock.now();
  assert.ok(elapsedClock.now() >= first);
});

test("forwardClock() follows the machine's time, and goes on by itself where that is set back", () => {
  let [dateMs, elapsedMs] = [1_000_000, 50.5];
  const clock = forwardClock(() => dateMs, () => elapsedMs);
  const steps: readonly (readonly [date: number, elapsed: number, ts: number])[] = [
    [0, 0, 1_000_000],
    [10, 10, 1_000_010],
    [3_600_000, 5, 4_600_010], // set forward: followed
    [-7_200_000, 20.75, 4_600_030], // set back: only what has passed
    [100, 100, 4_600_130],
    [-5, 0, 4_600_130],
  ];
  for (const [date, elapsed, ts] of steps) {
    dateMs += date;
    elapsedMs += elapsed;
    assert.is(clock.now(), ts);
  }
});

test("forwardClock() waits for a machine's time that was set back by a moment, however often it is", () => {
  let [dateMs, elapsedMs] = [1_000_000, 50.5];
  const clock = forwardClock(() => dateMs, () => elapsedMs);
  for (let i = 0; i < 100; i++) {
    let last = clock.now();
    assert.is(last, dateMs);
    dateMs -= 1000;
    for (let passedMs = 0; passedMs < 1000; passedMs += 50) {
      assert.is(clock.now(), last);
      dateMs += 50;
      elapsedMs += 50.4;
    }
    dateMs += 7;
    last = clock.now();
    assert.is(last, dateMs);
  }
});

test("forwardClock() is the machine's time again where that is put right after it was set back", () => {
  for (const wrongMs of [1500, 3_600_000]) {
    let [dateMs, elapsedMs] = [1_000_000, 50.5];
    const clock = forwardClock(() => dateMs, () => elapsedMs);
    for (let i = 0; i < 10; i++) {
      dateMs -= wrongMs;
      assert.is(clock.now(), dateMs + wrongMs);
      dateMs += 70;
      elapsedMs += 70;
      assert.is(clock.now(), dateMs + wrongMs);
      dateMs += wrongMs;
      assert.is(clock.now(), dateMs);
    }
  }
});

test("forwardClock() never goes back and never falls behind the machine's time", () => {
  const step = fc.tuple(
    fc.integer({ min: -10_000, max: 10_000 }),
    fc.double({ min: 0, max: 50, noNaN: true }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    let [dateMs, elapsedMs] = [1_000_000, 50.5];
    const clock = forwardClock(() => dateMs, () => elapsedMs);
    let last = clock.now();
    for (const [date, elapsed] of steps) {
      dateMs += date;
      elapsedMs += elapsed;
      const ts = clock.now();
      assert.ok(Number.isInteger(ts) && ts >= Math.max(last, dateMs));
      last = ts;
    }
  }));
});

const PACED: readonly (readonly [speed: number, passedMs: number, ts: number])[] = [
  [1, 0, 5000],
  [1, 999.9, 5999],
  [60, 1000, 65_000],
  [0.5, 3, 5001],
];

test("pacedClock() goes its speed from its start, in whole milliseconds", () => {
  for (const [speed, passedMs, ts] of PACED) {
    let machineMs = 123.25;
    const clock = pacedClock(5000, speed, () => machineMs);
    assert.is(clock.now(), 5000);
    machineMs += passedMs;
    assert.is(clock.now(), ts, `${passedMs} ms at speed ${speed}`);
  }
});

test("pacedClock() runs by the machine's time where none is given", () => {
  const clock = pacedClock(5000, 1000);
  const first = clock.now();
  assert.ok(first >= 5000);
  assert.ok(clock.now() >= first);
});

test("virtualClock() never goes back", () => {
  fc.assert(fc.property(fc.array(fc.nat()), (times) => {
    const clock = virtualClock(1000);
    let last = clock.now();
    assert.is(last, 1000);
    for (const ts of times) {
      clock.set(ts);
      assert.is(clock.now(), Math.max(last, ts));
      last = clock.now();
    }
  }));
});

test.run();
