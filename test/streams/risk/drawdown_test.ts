import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePrice } from "../../../src/core/fixed_point.ts";
import { applyFill, markSymbol } from "../../../src/core/portfolio.ts";
import { drawdown } from "../../../src/streams/risk/drawdown.ts";
import { riskView } from "../../support/risk_views.ts";
import { fill, WIDE } from "../../support/trading_events.ts";

test("drawdown() is the check of its code, with the action of the config", () => {
  const check = drawdown({ ...WIDE, drawdown: { limit: "0.1", action: "FREEZE" } });
  assert.equal([check.code, check.action], ["RISK_DRAWDOWN", "FREEZE"]);
});

// mark → equity, with 10 held; the limit is a tenth of the peak
const TIMELINE = [
  [100, "-"], // 1000
  [90, "-"], // 900, exactly at the limit
  [89.9, "equity 899 is 0.101 under its peak 1000, at most 0.1"],
  [90, "-"],
  [200, "-"], // 2000, the new peak
  [180, "-"],
  [179.9, "equity 1799 is 0.1005 under its peak 2000, at most 0.1"],
  [190, "-"],
  [179, "equity 1790 is 0.105 under its peak 2000, at most 0.1"],
] as const;

test("drawdown() is measured from the highest equity so far, unrealised included", () => {
  const view = riskView();
  const check = drawdown({ ...WIDE, drawdown: { limit: "0.1", action: "STOP" } });
  applyFill(view.portfolio, fill(1, 1, { qty: "10", price: "100", fee: "0" }).payload);
  for (const [mark, expected] of TIMELINE) {
    markSymbol(view.portfolio, "paper", "AAAUSDT", parsePrice(String(mark)));
    const [breach] = check.state!(view);
    assert.is(breach?.detail ?? "-", expected);
    if (breach !== undefined) assert.equal([breach.strategy_id, breach.symbol], [null, null]);
  }
});

test("drawdown() starts from the capital when the first thing it sees is a loss", () => {
  const view = riskView();
  const check = drawdown({ ...WIDE, drawdown: { limit: "0.1", action: "STOP" } });
  applyFill(view.portfolio, fill(1, 1, { qty: "1", price: "100", fee: "100.1" }).payload);
  assert.is(check.state!(view).length, 1);
});

test.run();
