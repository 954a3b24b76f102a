import { VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { oneTimer } from "../../../../src/streams/sources/binance/one_timer.ts";

function staged() {
  const scheduler = new VirtualTimeScheduler();
  const done: string[] = [];
  const timer = oneTimer(scheduler, (error) => done.push(`error ${error}`));
  const at = (name: string) => () => done.push(`${name} at ${scheduler.frame}`);
  return { scheduler, done, timer, at };
}

test("oneTimer() does its work once, never too early", () => {
  const { scheduler, done, timer, at } = staged();
  timer.set(9.2, at("a"));
  assert.is(timer.isSet, true);
  scheduler.flush();
  assert.is(timer.isSet, false);
  assert.equal(done, ["a at 10"]);
});

test("oneTimer() forgets the work before when it is set again or cleared", () => {
  const { scheduler, done, timer, at } = staged();
  timer.set(5, at("a"));
  timer.set(7, at("b"));
  scheduler.flush();
  timer.set(5, at("c"));
  timer.clear();
  timer.clear();
  scheduler.flush();
  assert.equal(done, ["b at 7"]);
});

test("oneTimer() can be set by its own work, and does at once what is overdue", () => {
  const { scheduler, done, timer, at } = staged();
  timer.set(5, () => timer.set(-3, at("a")));
  scheduler.flush();
  assert.equal(done, ["a at 5"]);
});

test("oneTimer() hands over what its work throws", () => {
  const { scheduler, done, timer } = staged();
  timer.set(1, () => {
    throw new Error("x");
  });
  scheduler.flush();
  assert.equal(done, ["error Error: x"]);
});

test.run();
