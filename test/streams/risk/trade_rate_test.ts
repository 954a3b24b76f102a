import { test } from "uvu";
import * as assert from "uvu/assert";
import { countOrder } from "../../../src/streams/risk/order_window.ts";
import { tradeRate } from "../../../src/streams/risk/trade_rate.ts";
import { candidate, riskView } from "../../support/risk_views.ts";
import { WIDE } from "../../support/trading_events.ts";

const check = tradeRate({ ...WIDE, trade_rate: { limit: 3, window_ms: 1000, action: "STOP" } });

test("tradeRate() is the check of its code, with the action of the config", () => {
  assert.equal([check.code, check.action], ["RISK_TRADE_RATE", "STOP"]);
});

test("tradeRate() allows as many orders as the limit in the window, one more when the first has left", () => {
  const view = riskView();
  for (const ts of [0, 10, 20]) {
    view.ts = ts;
    assert.is(check.order!(view, candidate("BUY", "1", "100")), null);
    countOrder(view.window, ts);
  }
  for (const side of ["BUY", "SELL"] as const) {
    view.ts = 999;
    assert.equal(check.order!(view, candidate(side, "1", "100")), {
      detail: "4 orders in 1000 ms, at most 3",
      strategy_id: null,
      symbol: null,
      untilTs: 1000,
    });
  }
  view.ts = 1000;
  assert.is(check.order!(view, candidate("BUY", "1", "100")), null);
});

test.run();
