import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAmount } from "../../src/core/fixed_point.ts";
import { tallyOf } from "../../src/sinks/tally.ts";
import { COUNTS, marketHealth, tradeOf } from "../support/feed_events.ts";
import { realData } from "../support/real_data.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { sampleEvents } from "../support/sample_events.ts";
import { tallied } from "../support/tallied.ts";
import { book, eventOf, fill, intent, result } from "../support/trading_events.ts";

test("tallyOf() begins with every type at 0, so that a report names them all", () => {
  const { counts } = tallyOf([], repoContracts.types).initial();
  assert.equal(counts, Object.fromEntries(Object.keys(counts).map((type) => [type, 0])));
  assert.equal(Object.keys(counts).sort(), Object.keys(sampleEvents).sort());
});

test("tallyOf() begins anew at every start", () => {
  const machine = tallyOf([{ id: "alpha", capital: "1" }], repoContracts.types);
  machine.step(machine.initial(), book(1, "100", "100"));
  assert.is(machine.initial().counts.market_tick, 0);
});

test("step() counts every event under its type and keeps its time", () => {
  const types = ["market_tick", "timer", "signal", "feature_pack", "recommendation", "lifecycle"] as const;
  const tally = tallied(types.map((type) => sampleEvents[type]));
  for (const type of types) assert.is(tally.counts[type], 1, type);
  assert.is(tally.lastTs, sampleEvents.lifecycle.ts);
});

test("step() knows which orders are open", () => {
  const tally = tallied([intent(1, 1), result(1, 1, "ACCEPTED"), intent(2, 2), result(3, 2, "CANCELED")]);
  assert.equal([...tally.orders.keys()], ["20261121220000-1"]);
});

test("step() remembers the last denial, of risk or of policy", () => {
  const action = (verb: "DENY" | "ALLOW") =>
    eventOf("risk_action", 1, {
      strategy_id: "alpha",
      symbol: null,
      action: verb,
      reason_code: "RISK_EXPOSURE",
    });
  assert.is(tallied([action("ALLOW")]).lastDenial, null);
  assert.is(tallied([action("DENY"), action("ALLOW")]).lastDenial, "RISK_EXPOSURE");
  assert.is(tallied([action("DENY"), sampleEvents.policy_denial]).lastDenial, "ORDER_NOTIONAL ORDER_RATE");
});

test("step() keeps a latency where a health probe has one", () => {
  const health = { role: "market_role", state: "UP", uptime_s: 1, origin: "derived" } as const;
  const { latencies } = tallied([sampleEvents.health, eventOf("health", 1, health)]);
  assert.equal(latencies, { sortedMs: [12.5], count: 1 });
});

test("step() knows when the market role was restarted last", () => {
  const lifecycle = (ts: number, what: "started" | "role_restarted" | "ended") =>
    eventOf("lifecycle", ts, { what, detail: "" });
  assert.is(tallied([lifecycle(1, "started"), lifecycle(9, "ended")]).marketRestartTs, null);
  const night = [lifecycle(1, "started"), lifecycle(5, "role_restarted"), lifecycle(7, "role_restarted")];
  assert.is(tallied([...night, lifecycle(9, "ended")]).marketRestartTs, 7);
});

test("step() folds the feed of ticks, health and freezes", () => {
  const { feed } = tallied([
    tradeOf(1, 5),
    tradeOf(2, 7),
    marketHealth(3, { errors: 1 }),
    eventOf("risk_action", 4, {
      strategy_id: null,
      symbol: "AAAUSDT",
      action: "FREEZE",
      reason_code: "FEED_GAP",
    }),
  ]);
  assert.is(feed.gaps.get("paper")!.get("AAAUSDT")!.missingTrades, 1);
  assert.equal([feed.counts, feed.errors, feed.freezes], [COUNTS, 1, 1]);
});

test("step() sees a drawdown at ticks alone, and the deepest by money and by fraction apart", () => {
  const buy = fill(1, 1, { qty: "1", price: "100", fee: "0" });
  // From a peak of 100 down by 40 (0.4), then from one of 1,000 down by 300 (0.3).
  const prices = ["100", "60", "1000", "700"];
  const tally = tallied([buy, ...prices.map((price, i) => book(i + 2, price, price))], [
    { id: "alpha", capital: "100" },
  ]);
  assert.is(formatAmount(tally.drawdownMax), "300");
  assert.is(tally.drawdownFractionMax, 0.4);
  const noTick = tallied([buy, fill(2, 2, { side: "SELL", qty: "1", price: "50", fee: "0" })]);
  assert.is(noTick.drawdownMax, 0n);
});

interface DrawdownCases {
  readonly series: Readonly<Record<string, { readonly values: readonly (number | "NaN")[] }>>;
  readonly tests: readonly { readonly test: string; readonly cases: readonly (readonly unknown[])[] }[];
}

const text = realData("execution/empyrical-cases.json.gz");
if (text !== null) {
  const { series, tests } = JSON.parse(text) as DrawdownCases;
  const { cases } = tests.find(({ test }) => test === "TestStats.test_max_drawdown")!;
  for (const [i, [given, expected]] of cases.entries()) {
    const { $series, series: own } = given as { $series?: string; series?: { values: readonly number[] } };
    const returns = ($series === undefined ? own! : series[$series]!).values;

    test(`step() finds the drawdown of published returns, case ${i + 1}: ${$series ?? "in place"}`, () => {
      // All cash in one purchase of 10 at 1,000: from there on equity is ten times the mid.
      let price = 1000;
      const events = returns.map((change, n) => {
        price *= 1 + (Number.isFinite(change) ? change as number : 0);
        return book(n + 2, price.toFixed(8), price.toFixed(8));
      });
      const buy = fill(1, 1, { qty: "10", price: "1000", fee: "0" });
      const { drawdownFractionMax } = tallied([buy, ...events], [{ id: "alpha", capital: "10000" }]);
      const wanted = expected === "NaN" ? 0 : -(expected as number);
      assert.ok(Math.abs(drawdownFractionMax - wanted) < 1e-9, `${drawdownFractionMax}, expected ${wanted}`);
    });
  }
}

test.run();
