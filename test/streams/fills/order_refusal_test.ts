import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Side } from "../../../src/core/event.ts";
import { parsePrice, parseQuantity } from "../../../src/core/fixed_point.ts";
import { oppositeOf, refusalOf } from "../../../src/streams/fills/order_refusal.ts";
import { book, intent, rulesOf } from "../../support/trading_events.ts";
import type { BookTick } from "../../../src/core/event.ts";

// price tick 0.1, quantity step 0.01, least notional 5
// side qty limit | opposite | sellable | refusal
const CASES = `
  BUY 1 -        | 100  | 0    | -
  BUY 0 -        | 100  | 0    | QUANTITY_STEP
  BUY 0.011 -    | 1000 | 0    | QUANTITY_STEP
  BUY 0.01 -     | 1000 | 0    | -
  BUY 1 100.05   | 100  | 0    | PRICE_TICK
  BUY 1 100.1    | 100  | 0    | -
  BUY 1 0        | 100  | 0    | PRICE_TICK
  BUY 1 -        | -    | 0    | NO_PRICE
  BUY 1 100.1    | -    | 0    | -
  BUY 0.05 -     | 100  | 0    | -
  BUY 0.04 -     | 100  | 0    | MIN_NOTIONAL
  BUY 0.05 99.9  | 100  | 0    | MIN_NOTIONAL
  SELL 1 -       | 100  | 1    | -
  SELL 1.01 -    | 100  | 1    | NO_POSITION
  SELL 0.04 -    | 100  | 1    | MIN_NOTIONAL
`;

for (const line of CASES.trim().split("\n")) {
  const [order = "", opposite = "", sellable = "", expected] = line.split("|").map((cell) => cell.trim());
  test(`refusalOf() is ${expected} for ${order} with ${opposite} opposite and ${sellable} to sell`, () => {
    const [side, qty, limit] = order.split(" ");
    const refusal = refusalOf({
      intent: intent(1, 1, { side: side as Side }).payload,
      quantity: parseQuantity(qty!),
      limit: limit === "-" ? null : parsePrice(limit!),
    }, {
      rules: rulesOf("AAAUSDT"),
      opposite: opposite === "-" ? null : parsePrice(opposite),
      sellable: parseQuantity(sellable),
    });
    assert.is(refusal ?? "-", expected);
  });
}

test("oppositeOf() is the ask for a purchase and the bid for a sale", () => {
  const tick = book(1, "99", "101").payload as BookTick;
  assert.is(oppositeOf("BUY", tick), "101");
  assert.is(oppositeOf("SELL", tick), "99");
});

test.run();
