import { test } from "uvu";
import * as assert from "uvu/assert";
import { arrivals } from "../../../../src/streams/sources/binance/arrivals.ts";
import { bookTick, tradeTick } from "../../../support/sample_ticks.ts";

const trade = (trade_id: number, symbol = "BTCUSDT") => ({ ...tradeTick("1", "1"), trade_id, symbol });
const quote = (update_id: number, symbol = "BTCUSDT") => bookTick(100, { update_id, symbol });

test("arrivals() knows trades by their ids, each symbol for itself", () => {
  const arrived = arrivals(["BTCUSDT", "ETHUSDT"]);
  const orders = [trade(5), trade(5), trade(4), trade(6), trade(9), trade(8), trade(8), trade(100, "ETHUSDT")]
    .map((tick) => arrived.take(tick, 1));
  assert.equal(orders, ["next", "duplicate", "duplicate", "next", "gap", "late", "duplicate", "next"]);
  assert.is(arrived.gaps.get("BTCUSDT")!.missingTrades, 1);
  assert.is(arrived.gaps.get("ETHUSDT")!.missingTrades, 0);
});

test("arrivals() takes a quote when its id is higher than all before of its symbol", () => {
  const arrived = arrivals(["BTCUSDT", "ETHUSDT"]);
  const orders = [quote(0), quote(7), quote(7), quote(3), quote(8), quote(3, "ETHUSDT")]
    .map((tick) => arrived.take(tick, 1));
  assert.equal(orders, ["next", "next", "duplicate", "duplicate", "next", "next"]);
});

test("arrivals() takes what is not new for a duplicate only as long as there was something new of late", () => {
  const arrived = arrivals(["BTCUSDT"]);
  const orders = [
    [trade(5), 0],
    [quote(5), 0],
    [trade(4), 60_000],
    [quote(5), 60_000],
    [trade(5), 60_001],
    [quote(5), 60_001],
    [trade(4), 60_001],
    [quote(4), 60_001],
    [trade(7), 60_002],
    [trade(6), 200_000],
    [trade(6), 200_000],
    [quote(6), 200_000],
  ] as const;
  assert.equal(orders.map(([tick, ts]) => arrived.take(tick, ts)), [
    "next",
    "next",
    "duplicate",
    "duplicate",
    "duplicate",
    "duplicate",
    "behind",
    "behind",
    "gap",
    "late",
    "behind",
    "next",
  ]);
});

test.run();
