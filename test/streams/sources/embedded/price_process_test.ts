import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomStream } from "../../../../src/core/random.ts";
import {
  type PriceProcess,
  priceProcess,
  STEP_MS,
} from "../../../../src/streams/sources/embedded/price_process.ts";

const STEPS_PER_S = 1000 / STEP_MS;
const BTC_TICKS = 6_725_012;

function process(seed: number, startTicks = BTC_TICKS): PriceProcess {
  return priceProcess(startTicks, randomStream(seed, "test"));
}

/** The mid after each second. */
function mids(prices: PriceProcess, seconds: number): number[] {
  return Array.from({ length: seconds }, () => {
    for (let i = 0; i < STEPS_PER_S; i++) prices.advance();
    return (prices.bidTicks + prices.askTicks) / 2;
  });
}

/** Moves in basis points. */
function moves(prices: readonly number[]): number[] {
  return prices.slice(1).map((price, i) => (price / prices[i]! - 1) * 10_000);
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

test("advance() keeps whole quotes around the fair price, 1 to 20 ticks apart and at most 3 bps, whatever the seed", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1000, max: 10_000_000 }), (seed, startTicks) => {
      const prices = process(seed, startTicks);
      for (let i = 0; i < 300; i++) {
        prices.advance();
        const { bidTicks, askTicks, fairTicks } = prices;
        const spread = askTicks - bidTicks;
        assert.ok(Number.isSafeInteger(bidTicks) && Number.isSafeInteger(askTicks) && bidTicks > 0);
        assert.ok(
          spread >= 1 && spread <= 20 && spread <= Math.max(1, fairTicks * 3.1e-4),
          `${spread} ticks`,
        );
        assert.ok(fairTicks >= bidTicks - 0.5 && fairTicks <= askTicks + 0.5);
      }
    }),
    { numRuns: 50 },
  );
});

test("advance() gives seconds and nights of a size that markets know", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const prices = mids(process(seed), 7 * 3600);
    const perSecond = deviation(moves(prices));
    const net = Math.abs(prices.at(-1)! / prices[0]! - 1);
    assert.ok(perSecond > 0.5 && perSecond < 3, `seed ${seed}: ${perSecond} bps a second`);
    assert.ok(net < 0.12, `seed ${seed}: ${net} over a night`);
  }
});

test("advance() has calm and wild stretches", () => {
  const perSecond = moves(mids(process(11), 4 * 3600));
  const minutes = Array.from({ length: 240 }, (_, i) => deviation(perSecond.slice(i * 60, i * 60 + 60)));
  minutes.sort((a, b) => a - b);
  assert.ok(minutes[216]! > 2.5 * minutes[24]!, `${minutes[24]} to ${minutes[216]} bps`);
});

test("advance() jumps now and then, and seldom", () => {
  let jumps = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const prices = process(seed);
    let before = prices.fairTicks;
    for (let i = 0; i < 7 * 3600 * STEPS_PER_S; i++) {
      prices.advance();
      if (Math.abs(prices.fairTicks / before - 1) > 7e-4) jumps++;
      before = prices.fairTicks;
    }
  }
  assert.ok(jumps >= 10 && jumps <= 100, `${jumps} in four nights`);
});

test("advance() forgets a part of its swings: a minute moves less than its seconds added up at random", () => {
  const prices = mids(process(2), 6 * 3600);
  const perMinute = deviation(moves(prices.filter((_, i) => i % 60 === 0)));
  const ratio = perMinute / (deviation(moves(prices)) * Math.sqrt(60));
  assert.ok(ratio > 0.4 && ratio < 0.95, `ratio ${ratio}`);
});

test("advance() leaves quotes of coarse ticks standing until the fair price has left them clearly", () => {
  const prices = process(3, 5234); // a tick is 2 bps
  let changes = 0;
  let before = 0;
  for (let i = 0; i < 1000; i++) {
    prices.advance();
    if (prices.bidTicks !== before) changes++;
    before = prices.bidTicks;
  }
  assert.ok(changes > 10 && changes < 150, `${changes} of 1000`);
});

test("advance() stays between a quarter of the start and four times it when the market only falls or rises", () => {
  for (const [bell, limit] of [[-3, 0.25], [3, 4]] as const) {
    // a trend without end: nothing rare ever happens
    const prices = priceProcess(10_000, { next: () => 0.4, below: () => 0, bell: () => bell });
    for (let i = 0; i < 20_000; i++) prices.advance();
    assert.ok(Math.abs(prices.fairTicks / (10_000 * limit) - 1) < 0.01, `${prices.fairTicks}`);
  }
});

test.run();
