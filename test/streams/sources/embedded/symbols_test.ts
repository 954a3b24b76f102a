import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  affordable,
  notionalOf,
  parseAmount,
  type Price,
  type Quantity,
} from "../../../../src/core/fixed_point.ts";
import { EMBEDDED_SYMBOLS, embeddedSymbol } from "../../../../src/streams/sources/embedded/symbols.ts";

test("EMBEDDED_SYMBOLS holds symbols whose rules fit each other", () => {
  assert.ok(EMBEDDED_SYMBOLS.size >= 8);
  for (const [name, { rules, startTicks }] of EMBEDDED_SYMBOLS) {
    assert.is(rules.symbol, name);
    assert.is(rules.base + rules.quote, name);
    assert.ok(rules.priceTick > 0n && rules.quantityStep > 0n && rules.notionalMin > 0n, name);
    assert.ok(
      Number.isSafeInteger(startTicks) && startTicks >= 1000,
      `${name} moves in steps that are too coarse`,
    );
    const price = rules.priceTick * BigInt(startTicks) as Price;
    assert.ok(
      notionalOf(price, rules.quantityStep) < rules.notionalMin,
      `${name}: a step is finer than an order`,
    );
  }
});

test("EMBEDDED_SYMBOLS holds a start price that the table says", () => {
  const { rules, startTicks } = embeddedSymbol("BTCUSDT");
  const price = rules.priceTick * BigInt(startTicks) as Price;
  assert.is(affordable(parseAmount("67250.12"), price, 1n as Quantity), 100_000_000n);
});

test("EMBEDDED_SYMBOLS holds more than one quote asset", () => {
  assert.is(embeddedSymbol("BTCUSDT").rules.quote, "USDT");
  assert.is(embeddedSymbol("ETHBTC").rules.quote, "BTC");
});

test("embeddedSymbol() names the known symbols when it is asked for another", () => {
  assert.throws(
    () => embeddedSymbol("btcusdt"),
    /^Symbol "btcusdt" is not in the embedded market, expected one of BTCUSDT, ETHUSDT, /,
  );
});

test.run();
