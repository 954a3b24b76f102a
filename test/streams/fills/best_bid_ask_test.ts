import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Side, TimeInForce } from "../../../src/core/event.ts";
import {
  formatUnits,
  parsePrice,
  parseQuantity,
  type Price,
  type Quantity,
} from "../../../src/core/fixed_point.ts";
import { takeFrom, type WorkingOrder } from "../../../src/streams/fills/best_bid_ask.ts";

// order: side limit tif quantity [rests] | best price × size | fill | left
const CASES = `
  BUY  -   GTC 2        | 100 x 5 | 2 @ 100 taker | 3
  SELL -   GTC 2        | 100 x 5 | 2 @ 100 taker | 3
  BUY  -   GTC 7        | 100 x 5 | 5 @ 100 taker | 0
  BUY  -   GTC 7 rests  | 100 x 5 | 5 @ 100 taker | 0
  BUY  -   IOC 7        | 100 x 5 | 5 @ 100 taker | 0
  BUY  -   FOK 5        | 100 x 5 | 5 @ 100 taker | 0
  BUY  -   FOK 5.01     | 100 x 5 | -             | 5
  BUY  -   GTC 2        | 100 x 0 | -             | 0
  BUY  101 GTC 2        | 100 x 5 | 2 @ 100 taker | 3
  BUY  100 GTC 2        | 100 x 5 | 2 @ 100 taker | 3
  BUY  99  GTC 2        | 100 x 5 | -             | 5
  SELL 99  GTC 2        | 100 x 5 | 2 @ 100 taker | 3
  SELL 100 GTC 2        | 100 x 5 | 2 @ 100 taker | 3
  SELL 101 GTC 2        | 100 x 5 | -             | 5
  BUY  101 GTC 2 rests  | 100 x 5 | 2 @ 101 maker | 3
  BUY  100 GTC 7 rests  | 100 x 5 | 5 @ 100 maker | 0
  BUY  99  GTC 2 rests  | 100 x 5 | -             | 5
  SELL 99  GTC 2 rests  | 100 x 5 | 2 @ 99 maker  | 3
  SELL 101 GTC 2 rests  | 100 x 5 | -             | 5
  BUY  100 IOC 7        | 100 x 5 | 5 @ 100 taker | 0
  BUY  99  IOC 7        | 100 x 5 | -             | 5
  BUY  100 FOK 7        | 100 x 5 | -             | 5
  BUY  100 FOK 5        | 100 x 5 | 5 @ 100 taker | 0
`;

for (const line of CASES.trim().split("\n")) {
  const [order = "", best = "", expected, left] = line.split("|").map((cell) => cell.trim());
  test(`takeFrom() gives ${expected} for ${order} at ${best}`, () => {
    const [side, limit, tif, quantity, rests] = order.split(/ +/);
    const [price, size] = best.split(" x ");
    const displayed = { price: parsePrice(price!), left: parseQuantity(size!) };
    const taken = takeFrom(displayed, {
      side: side as Side,
      limit: limit === "-" ? null : parsePrice(limit!),
      tif: tif as TimeInForce,
      remaining: parseQuantity(quantity!),
      resting: rests === "rests",
    });
    const text = taken === null
      ? "-"
      : `${formatUnits(taken.quantity)} @ ${formatUnits(taken.price)} ${taken.liquidity}`;
    assert.is(text, expected);
    assert.is(formatUnits(displayed.left), left);
  });
}

const orders: fc.Arbitrary<WorkingOrder[]> = fc.array(
  fc.record({
    side: fc.constant("BUY" as Side),
    limit: fc.option(fc.bigInt(90n, 110n) as fc.Arbitrary<Price>),
    tif: fc.constantFrom("GTC", "IOC", "FOK") as fc.Arbitrary<TimeInForce>,
    remaining: fc.bigInt(1n, 50n) as fc.Arbitrary<Quantity>,
    resting: fc.boolean(),
  }),
);

test("takeFrom() never gives several orders more than is displayed, nor one more than it wants", () => {
  fc.assert(fc.property(orders, fc.bigInt(0n, 100n), (all, size) => {
    const displayed = { price: 100n as Price, left: size as Quantity };
    let taken = 0n;
    for (const order of all) {
      const execution = takeFrom(displayed, order);
      if (execution === null) continue;
      taken += execution.quantity;
      assert.ok(execution.quantity > 0n && execution.quantity <= order.remaining);
      assert.ok(execution.price >= 100n);
      assert.ok(order.limit === null || execution.price <= order.limit);
    }
    assert.ok(taken <= size);
    assert.is(displayed.left, size - taken);
  }));
});

test.run();
