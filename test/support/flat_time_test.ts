import { interval, take, timer } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FlatTime } from "./flat_time.ts";

test("FlatTime keeps the order of what is due, and stops where it is told to", () => {
  const time = new FlatTime();
  const seen: string[] = [];
  interval(10, time).pipe(take(3)).subscribe((i) => seen.push(`${time.now()} interval ${i}`));
  timer(20, time).subscribe(() => seen.push(`${time.now()} timer`));
  assert.is(time.nextMs, 10);
  time.maxFrames = 20;
  time.flush();
  assert.equal(seen, ["10 interval 0", "20 timer", "20 interval 1"]);
  assert.is(time.nextMs, 30);
  time.maxFrames = 1000;
  time.flush();
  assert.is(seen.at(-1), "30 interval 2");
  assert.is(time.nextMs, Infinity);
});

test("FlatTime lets go of what has repeated very often", () => {
  const time = new FlatTime();
  let count = 0;
  const subscription = interval(1, time).subscribe(() => count++);
  time.maxFrames = 100_000;
  time.flush();
  subscription.unsubscribe();
  assert.is(count, 100_000);
  assert.is(time.nextMs, Infinity);
});

test("FlatTime takes back what is scheduled anew before it was due", () => {
  const time = new FlatTime();
  const seen: number[] = [];
  const action = time.schedule(() => void seen.push(time.now()), 10);
  (action as unknown as { schedule(state: undefined, delay: number): void }).schedule(undefined, 30);
  time.maxFrames = 100;
  time.flush();
  assert.equal(seen, [30]);
  action.unsubscribe();
  (action as unknown as { schedule(state: undefined, delay: number): void }).schedule(undefined, 30);
  assert.is(time.nextMs, Infinity);
});

test.run();
