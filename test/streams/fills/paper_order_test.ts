import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFee, parsePrice, parseQuantity } from "../../../src/core/fixed_point.ts";
import {
  acceptanceOf,
  endingOf,
  fillOf,
  type PaperOrder,
  rejectionOf,
} from "../../../src/streams/fills/paper_order.ts";
import { intent } from "../../support/trading_events.ts";

function orderOf(quantity: string, remaining: string): PaperOrder {
  return {
    intent: intent(1, 7, { qty: quantity }).payload,
    orderId: "P-3",
    side: "BUY",
    tif: "GTC",
    quantity: parseQuantity(quantity),
    limit: null,
    eligibleTs: 1,
    remaining: parseQuantity(remaining),
    resting: false,
    accepted: true,
    fillUnderWay: false,
    ending: null,
  };
}

const ABOUT = '"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","client_order_id":"20261121220000-7"';

test("acceptanceOf() has the fields of the contract in their order", () => {
  assert.is(
    JSON.stringify(acceptanceOf(orderOf("2", "2"))),
    `{"type":"order_result","payload":{${ABOUT},"order_id":"P-3","result":"ACCEPTED","filled_qty":"0"}}`,
  );
});

test("rejectionOf() has no order_id and says why", () => {
  assert.is(
    JSON.stringify(rejectionOf(intent(1, 7).payload, "NO_PRICE").payload),
    `{${ABOUT},"order_id":null,"result":"REJECTED","filled_qty":"0","reason_code":"NO_PRICE"}`,
  );
});

test("endingOf() says how much was filled and why it ends", () => {
  const ending = { result: "CANCELED", reason: "STOPPED" } as const;
  assert.is(
    JSON.stringify(endingOf(orderOf("2", "0.5"), ending).payload),
    `{${ABOUT},"order_id":"P-3","result":"CANCELED","filled_qty":"1.5","reason_code":"STOPPED"}`,
  );
});

for (const [remaining, result, filled] of [["2", "PARTIAL", "0.5"], ["0.5", "FILLED", "2"]] as const) {
  test(`fillOf() is followed by ${result} when ${remaining} of 2 was open and 0.5 fills`, () => {
    const execution = {
      quantity: parseQuantity("0.5"),
      price: parsePrice("100.1"),
      liquidity: "taker",
    } as const;
    const [fill, after] = fillOf(orderOf("2", remaining), execution, parseFee("0.05005"), "USDT");
    assert.is(
      JSON.stringify(fill),
      '{"type":"fill","payload":{"venue":"paper","strategy_id":"alpha","client_order_id":"20261121220000-7",' +
        '"order_id":"P-3","symbol":"AAAUSDT","side":"BUY","qty":"0.5","price":"100.1","fee":"0.05005",' +
        '"fee_asset":"USDT","liquidity":"taker","model":"best_bid_ask.v1"}}',
    );
    assert.is(
      JSON.stringify(after.payload),
      `{${ABOUT},"order_id":"P-3","result":"${result}","filled_qty":"${filled}"}`,
    );
  });
}

test.run();
