import { test } from "uvu";
import * as assert from "uvu/assert";
import { cancelsOf, intentOf, verdict } from "../../../src/streams/risk/risk_answers.ts";
import { candidate, place, riskView } from "../../support/risk_views.ts";
import { orderIdOf, signal } from "../../support/trading_events.ts";

test("verdict() has the fields of the contract in their order, the detail only where there is one", () => {
  const { payload } = signal(1, "BUY");
  assert.is(
    JSON.stringify(verdict(payload, "ALLOW", "OK")),
    '{"type":"risk_action","payload":{"strategy_id":"alpha","symbol":"AAAUSDT","action":"ALLOW","reason_code":"OK"}}',
  );
  assert.is(
    JSON.stringify(verdict(payload, "DENY", "RISK_X", "2 of 1").payload),
    '{"strategy_id":"alpha","symbol":"AAAUSDT","action":"DENY","reason_code":"RISK_X","detail":"2 of 1"}',
  );
});

test("intentOf() gives a limit price to an order that has one, and to no other", () => {
  const about = { venue: "paper", client_order_id: orderIdOf(1), facts: { price: 1 } };
  const order = candidate("BUY", "1.5", "100.1");
  assert.is(
    JSON.stringify(intentOf(order, about)),
    '{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","side":"BUY","qty":"1.5","order_type":"MARKET",' +
      '"client_order_id":"20261121220000-1","tif":"GTC","facts":{"price":1}}',
  );
  assert.is(
    JSON.stringify(intentOf({ ...order, order_type: "LIMIT", tif: "IOC" }, about)),
    '{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","side":"BUY","qty":"1.5","order_type":"LIMIT",' +
      '"client_order_id":"20261121220000-1","limit_price":"100.1","tif":"IOC","facts":{"price":1}}',
  );
});

test("cancelsOf() asks for the end of each order that is older than it may be", () => {
  const view = riskView();
  for (const ts of [10, 20, 30]) {
    view.ts = ts;
    place(view, ts, {});
  }
  for (const [ts, expected] of [[110, []], [111, [10]], [131, [10, 20, 30]]] as const) {
    view.ts = ts;
    const asked = cancelsOf(view, 100).map(({ payload }) => payload.client_order_id);
    assert.equal(asked, expected.map(orderIdOf));
  }
});

test.run();
