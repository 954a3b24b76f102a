import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnits } from "../../../src/core/fixed_point.ts";
import { orderSize } from "../../../src/streams/risk/order_size.ts";
import { candidate, riskView } from "../../support/risk_views.ts";
import { WIDE } from "../../support/trading_events.ts";

const check = orderSize({ ...WIDE, order_size: { limit: "200", action: "REDUCE" } });

test("orderSize() is the check of its code, with the action of the config", () => {
  assert.equal([check.code, check.action], ["RISK_ORDER_SIZE", "REDUCE"]);
});

// side quantity price | quantity that would pass
for (
  const [order, most] of [
    ["BUY 2 100", "-"],
    ["BUY 1.99 100", "-"],
    ["BUY 2.01 100", "2"],
    ["BUY 2 100.1", "1.99"],
    ["BUY 1 20001", "0"],
    ["SELL 3 100", "-"],
  ] as const
) {
  test(`orderSize() lets ${most === "-" ? "all" : most} pass of ${order} when 200 is the limit`, () => {
    const [side, quantity, price] = order.split(" ");
    const breach = check.order!(riskView(), candidate(side as "BUY", quantity!, price!));
    assert.is(breach === null ? "-" : formatUnits(breach.quantityMax!), most);
  });
}

test("orderSize() names the numbers and the scope", () => {
  const breach = check.order!(riskView(), candidate("BUY", "2.5", "100"))!;
  assert.is(breach.detail, "order of 250, at most 200");
  assert.equal([breach.strategy_id, breach.symbol], ["alpha", "AAAUSDT"]);
});

test.run();
