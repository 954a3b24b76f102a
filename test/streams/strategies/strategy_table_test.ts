import { test } from "uvu";
import * as assert from "uvu/assert";
import { ConfigError, type StrategyConfig } from "../../../src/core/config.ts";
import { createStrategy, STRATEGIES } from "../../../src/streams/strategies/strategy_table.ts";
import { bookTick } from "../../support/sample_ticks.ts";

function entry(name: string, parameters: Record<string, unknown>): StrategyConfig {
  return { id: "mine", name, capital: "10000", parameters, order: { type: "MARKET", tif: "GTC" } };
}

test("createStrategy() fills in the defaults and leaves the configuration as it was", () => {
  const given = { period: 7 };
  const strategy = createStrategy(entry("rsi_reversion", given));
  assert.is(strategy.id, "mine");
  assert.is(strategy.name, "rsi_reversion");
  assert.equal(strategy.parameters, {
    period: 7,
    bar_ms: 1000,
    oversold: 30,
    overbought: 70,
    cooldown_ms: 1_200_000,
    spread_bps_max: 5,
    displayed_min_quote: 500,
  });
  assert.equal(given, { period: 7 });
});

test("onSymbol() gives each symbol a state of its own", () => {
  const strategy = createStrategy(
    entry("momentum", { bar_ms: 1000, fast_period: 1, slow_period: 2, entry_bps: 1 }),
  );
  const one = strategy.onSymbol();
  const other = strategy.onSymbol();
  const mids = [100, 100, 101, 101];
  mids.forEach((mid, second) => {
    const opinion = one.onTick(bookTick(mid), second * 1000);
    assert.is(opinion?.side, second === 3 ? "BUY" : undefined);
  });
  assert.is(other.onTick(bookTick(101), 4000), null);
});

for (const kind of STRATEGIES.values()) {
  test(`STRATEGIES has defaults for "${kind.name}" that are valid and do not contradict each other`, () => {
    const { parameters } = createStrategy(entry(kind.name, {}));
    assert.equal(Object.keys(parameters).sort(), Object.keys(kind.parameters.properties).sort());
    for (const { description } of Object.values(kind.parameters.properties)) {
      assert.ok(description.length > 5);
    }
  });
}

const REFUSED: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["rsi", {}, 'name is "rsi", expected one of rsi_reversion, momentum'],
  ["__proto__", {}, 'name is "__proto__", expected one of rsi_reversion, momentum'],
  ["rsi_reversion", { perod: 14 }, "parameters.perod is unknown, expected one of bar_ms, period, oversold, "],
  ["rsi_reversion", { period: "14" }, 'parameters.period is "14", it must be integer'],
  ["rsi_reversion", { period: 1 }, "parameters.period is 1, it must be >= 2"],
  ["rsi_reversion", { period: 1.5 }, "parameters.period is 1.5, it must be integer"],
  ["rsi_reversion", { oversold: NaN }, "parameters.oversold is null, it must be number"],
  ["rsi_reversion", { cooldown_ms: -1 }, "parameters.cooldown_ms is -1, it must be >= 0"],
  ["rsi_reversion", { oversold: 80 }, "parameters.oversold is 80, expected below overbought, which is 70"],
  ["momentum", { entry_bps: 0 }, "parameters.entry_bps is 0, it must be > 0"],
  ["momentum", { fast_period: 9 }, "parameters.fast_period is 9, expected below slow_period, which is 8"],
];
for (const [name, parameters, problem] of REFUSED) {
  test(`createStrategy() refuses ${name} ${JSON.stringify(parameters)}`, () => {
    assert.throws(
      () => createStrategy(entry(name, parameters)),
      (error: Error) =>
        error instanceof ConfigError && error.message.startsWith(`Strategy "mine": ${problem}`),
    );
  });
}

test.run();
