import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePrice } from "../../../src/core/fixed_point.ts";
import { applyFill, markSymbol } from "../../../src/core/portfolio.ts";
import { dailyLoss } from "../../../src/streams/risk/daily_loss.ts";
import { riskView } from "../../support/risk_views.ts";
import { holding } from "../../support/risk_stage.ts";
import { book, fill, signal, timer, WIDE } from "../../support/trading_events.ts";

const DAY_MS = 86_400_000;
const tenth = () => dailyLoss({ ...WIDE, daily_loss: { limit: "0.1", action: "STOP" } });

test("dailyLoss() is the check of its code, with the action of the config", () => {
  assert.equal([tenth().code, tenth().action], ["RISK_DAILY_LOSS", "STOP"]);
});

// hours since the beginning of a UTC day, mark → with 10 held, equity is ten times the mark
const TIMELINE = [
  [22, "100", "-"],
  [22.5, "200", "-"], // a gain moves nothing
  [23, "90", "-"], // exactly at the limit
  [23, "89.99", "equity 899.9 is 0.1001 under the day's first 1000, at most 0.1"],
  [23.9999, "80", "equity 800 is 0.2 under the day's first 1000, at most 0.1"],
  [24, "60", "-"], // the first look at or after midnight is what the day begins with
  [24, "54", "-"],
  [30, "53.9", "equity 539 is 0.10166666 under the day's first 600, at most 0.1"],
  [47, "100", "-"],
  [72.5, "120", "-"], // a day without a look in between
  [73, "107.9", "equity 1079 is 0.10083333 under the day's first 1200, at most 0.1"],
] as const;

test("dailyLoss() is measured from the first look of each UTC day", () => {
  const view = riskView();
  const check = tenth();
  applyFill(view.portfolio, fill(1, 1, { qty: "10", price: "100", fee: "0" }).payload);
  for (const [hours, mark, expected] of TIMELINE) {
    view.ts = 20_000 * DAY_MS + hours * 3_600_000;
    markSymbol(view.portfolio, "paper", "AAAUSDT", parsePrice(mark));
    const [breach] = check.state!(view);
    assert.is(breach?.detail ?? "-", expected, `${hours} h`);
    if (breach !== undefined) assert.equal([breach.strategy_id, breach.symbol], [null, null]);
  }
});

test("dailyLoss() counts the first day from the night's first equity", () => {
  const view = riskView();
  view.ts = DAY_MS - 1;
  applyFill(view.portfolio, fill(1, 1, { qty: "1", price: "100", fee: "100.1" }).payload);
  assert.is(tenth().state!(view).length, 1);
});

test("riskRole() stops at the tick that goes beyond RISK_DAILY_LOSS", () => {
  const it = holding({ daily_loss: { limit: "0.01", action: "STOP" } });
  assert.equal(it.step(book(3, "80.1", "80.1")), []);
  assert.equal(it.step(book(4, "80", "80.1")), ["STOP RISK_DAILY_LOSS * *"]);
  assert.equal(it.step(timer(DAY_MS)), []);
});

test("riskRole() thaws what a day has lost at midnight UTC, and then counts anew", () => {
  const it = holding({ daily_loss: { limit: "0.01", action: "FREEZE" } });
  assert.equal(it.step(book(3, "79", "80")), ["FREEZE RISK_DAILY_LOSS * *"]);
  assert.equal(it.step(signal(4, "BUY", { strategy: "beta" })), ["DENY RISK_DAILY_LOSS beta AAAUSDT"]);
  assert.equal(it.step(timer(DAY_MS - 1)), []);
  assert.equal(it.step(timer(DAY_MS)), ["UNFREEZE RISK_DAILY_LOSS * *"]);
  assert.equal(it.step(book(DAY_MS + 1, "60", "60.1")), []);
  assert.equal(it.step(book(DAY_MS + 2, "59", "60")), ["FREEZE RISK_DAILY_LOSS * *"]);
  assert.is(it.step(signal(DAY_MS + 3, "SELL")).length, 2);
});

test.run();
