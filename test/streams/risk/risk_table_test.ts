import { test } from "uvu";
import * as assert from "uvu/assert";
import { RISK_TABLE, riskChecks } from "../../../src/streams/risk/risk_table.ts";
import { WIDE } from "../../support/trading_events.ts";

test("riskChecks() makes every check of the table, each with a code of its own", () => {
  const codes = riskChecks(WIDE, RISK_TABLE).map(({ code }) => code);
  assert.equal([...codes].sort(), [
    "RISK_DRAWDOWN",
    "RISK_EXPOSURE",
    "RISK_NIGHT_LOSS",
    "RISK_ORDER_SIZE",
    "RISK_TRADE_RATE",
  ]);
});

test("riskChecks() takes each check's action from its own part of the config", () => {
  const config = {
    ...WIDE,
    order_size: { limit: "1", action: "REDUCE" },
    exposure: { limit: "1", action: "FREEZE" },
    drawdown: { limit: "1", action: "STOP" },
  } as const;
  assert.equal(Object.fromEntries(riskChecks(config, RISK_TABLE).map(({ code, action }) => [code, action])), {
    RISK_DRAWDOWN: "STOP",
    RISK_NIGHT_LOSS: "DENY",
    RISK_ORDER_SIZE: "REDUCE",
    RISK_EXPOSURE: "FREEZE",
    RISK_TRADE_RATE: "DENY",
  });
});

test.run();
