import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePrice } from "../../../src/core/fixed_point.ts";
import { applyFill, markSymbol } from "../../../src/core/portfolio.ts";
import { nightLoss } from "../../../src/streams/risk/night_loss.ts";
import { riskView } from "../../support/risk_views.ts";
import { fill, WIDE } from "../../support/trading_events.ts";

test("nightLoss() is the check of its code, with the action of the config", () => {
  const check = nightLoss({ ...WIDE, night_loss: { limit: "0.1", action: "DENY" } });
  assert.equal([check.code, check.action], ["RISK_NIGHT_LOSS", "DENY"]);
});

test("nightLoss() is measured from the start, whatever was won in between", () => {
  const view = riskView();
  const check = nightLoss({ ...WIDE, night_loss: { limit: "0.1", action: "STOP" } });
  applyFill(view.portfolio, fill(1, 1, { qty: "10", price: "100", fee: "0" }).payload);
  for (
    const [mark, expected] of [
      ["100", "-"],
      ["200", "-"],
      ["90", "-"],
      ["89.99999999", "equity 899.9999999 is 0.1 under the start 1000, at most 0.1"],
      ["89", "equity 890 is 0.11 under the start 1000, at most 0.1"],
      ["95", "-"],
    ] as const
  ) {
    markSymbol(view.portfolio, "paper", "AAAUSDT", parsePrice(mark));
    const [breach] = check.state!(view);
    assert.is(breach?.detail ?? "-", expected);
  }
});

test.run();
