import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { countOrder, ordersWithin, orderWindow, roomTs } from "../../../src/streams/risk/order_window.ts";

test("ordersWithin() counts an order until it is exactly as old as the window", () => {
  const window = orderWindow(100, 10);
  for (const ts of [1000, 1000, 1050]) countOrder(window, ts);
  assert.equal([1050, 1099, 1100, 1149, 1150].map((ts) => ordersWithin(window, ts)), [3, 3, 1, 1, 0]);
});

test("roomTs() is when enough orders have left", () => {
  const window = orderWindow(100, 2);
  countOrder(window, 1000);
  countOrder(window, 1010);
  assert.is(roomTs(window), 1100);
  countOrder(window, 1020);
  assert.is(roomTs(window), 1110);
});

test("roomTs() never comes when no order is allowed", () => {
  assert.is(roomTs(orderWindow(100, 0)), Number.MAX_SAFE_INTEGER);
});

test("ordersWithin() agrees with a plain count up to one beyond the limit, in bounded memory", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 200 });
  fc.assert(fc.property(gaps, fc.integer({ min: 0, max: 8 }), (steps, limit) => {
    const window = orderWindow(100, limit);
    const all: number[] = [];
    let ts = 0;
    for (const step of steps) {
      ts += step;
      const plain = all.filter((each) => each > ts - 100).length;
      assert.is(ordersWithin(window, ts), Math.min(plain, limit + 1));
      if (plain >= limit && limit > 0) {
        const room = roomTs(window);
        assert.ok(room > ts);
        assert.ok(all.filter((each) => each > room - 100).length < limit);
        assert.ok(all.filter((each) => each > room - 101).length >= limit);
      }
      countOrder(window, ts);
      all.push(ts);
      assert.ok(window.times.length <= limit + 1);
    }
  }));
});

test.run();
