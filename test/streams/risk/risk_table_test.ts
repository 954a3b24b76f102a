import { test } from "uvu";
import * as assert from "uvu/assert";
import { feedChecks, RISK_TABLE, riskChecks } from "../../../src/streams/risk/risk_table.ts";
import { WIDE_FEED } from "../../support/feed_events.ts";
import { WIDE } from "../../support/trading_events.ts";

test("riskChecks() makes every check of the table, each with a code of its own", () => {
  const codes = riskChecks(WIDE, RISK_TABLE).map(({ code }) => code);
  assert.equal([...codes].sort(), [
    "RISK_COOLDOWN",
    "RISK_DAILY_LOSS",
    "RISK_DRAWDOWN",
    "RISK_EXPOSURE",
    "RISK_LOW_PROFIT",
    "RISK_NIGHT_LOSS",
    "RISK_OPEN_ORDERS",
    "RISK_ORDER_SIZE",
    "RISK_PRICE_COLLAR",
    "RISK_STALE_PRICE",
    "RISK_STOPLOSS_GUARD",
    "RISK_SYMBOL_EXPOSURE",
    "RISK_TRADE_RATE",
  ]);
});

test("riskChecks() takes each check's action from its own part of the config", () => {
  const config = {
    ...WIDE,
    order_size: { limit: "1", action: "REDUCE" },
    exposure: { limit: "1", action: "FREEZE" },
    drawdown: { limit: "1", action: "STOP" },
    daily_loss: { limit: "1", action: "STOP" },
    symbol_exposure: { limit: "1", action: "REDUCE" },
    open_orders: { limit: 1, action: "FREEZE" },
    price_collar: { limit: "1", action: "STOP" },
    stale_price: { limit_ms: 1, action: "FREEZE" },
    cooldown: { after_loss_ms: 1, action: "STOP" },
    stoploss_guard: { ...WIDE.stoploss_guard, action: "FREEZE" },
    low_profit: { ...WIDE.low_profit, action: "STOP" },
  } as const;
  assert.equal(Object.fromEntries(riskChecks(config, RISK_TABLE).map(({ code, action }) => [code, action])), {
    RISK_DRAWDOWN: "STOP",
    RISK_NIGHT_LOSS: "DENY",
    RISK_DAILY_LOSS: "STOP",
    RISK_STALE_PRICE: "FREEZE",
    RISK_PRICE_COLLAR: "STOP",
    RISK_COOLDOWN: "STOP",
    RISK_STOPLOSS_GUARD: "FREEZE",
    RISK_LOW_PROFIT: "STOP",
    RISK_OPEN_ORDERS: "FREEZE",
    RISK_ORDER_SIZE: "REDUCE",
    RISK_SYMBOL_EXPOSURE: "REDUCE",
    RISK_EXPOSURE: "FREEZE",
    RISK_TRADE_RATE: "DENY",
  });
});

test("feedChecks() makes every check of the feed, what lies behind the others first", () => {
  assert.equal(feedChecks(WIDE_FEED).map(({ code, action }) => `${code} ${action}`), [
    "VENUE_LOST STOP",
    "VENUE_ERRORS STOP",
    "CLOCK_SKEW FREEZE",
    "FEED_STALE FREEZE",
    "FEED_GAP FREEZE",
  ]);
});

test.run();
