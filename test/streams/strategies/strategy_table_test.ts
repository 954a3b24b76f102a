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
  [100, 100, 101].forEach((mid, second) => assert.is(one.onTick(bookTick(mid), second * 1000), null));
  assert.is(other.onTick(bookTick(101), 3000), null);
  assert.is(one.onTick(bookTick(101), 3000)?.side, "BUY");
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
  ["rsi", {}, '.name: "rsi", expected one of rsi_reversion, momentum'],
  ["__proto__", {}, '.name: "__proto__", expected one of rsi_reversion, momentum'],
  ["rsi_reversion", { perod: 14 }, '.parameters.perod: unknown key, did you mean "period"'],
  ["rsi_reversion", { period: "14" }, '.parameters.period: "14", expected integer'],
  ["rsi_reversion", { period: 1 }, ".parameters.period: 1, expected to be >= 2"],
  ["rsi_reversion", { period: 14.5 }, ".parameters.period: 14.5, expected integer"],
  ["rsi_reversion", { oversold: NaN }, ".parameters.oversold: NaN, expected number"],
  ["rsi_reversion", { cooldown_ms: -1 }, ".parameters.cooldown_ms: -1, expected to be >= 0"],
  ["rsi_reversion", { oversold: 80 }, ".parameters.oversold: 80, expected below overbought, which is 70"],
  ["momentum", { entry_bps: 0 }, ".parameters.entry_bps: 0, expected to be > 0"],
  ["momentum", { fast_period: 13 }, ".parameters.fast_period: 13, expected below slow_period, which is 12"],
];
for (const [name, parameters, problem] of REFUSED) {
  test(`createStrategy() says strategy "mine"${problem}`, () => {
    assert.throws(
      () => createStrategy(entry(name, parameters)),
      (error: Error) => error instanceof ConfigError && error.message === `strategy "mine"${problem}`,
    );
  });
}

test("createStrategy() names all that is wrong, a line each", () => {
  assert.throws(
    () => createStrategy(entry("momentum", { fast_period: 0, slow_period: 0 })),
    (error: Error) => error.message.split("\n").length === 2,
  );
});

test.run();
