import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BookTick } from "../../../src/core/event.ts";
import { momentum, type MomentumParameters } from "../../../src/streams/strategies/momentum.ts";
import type { Opinion } from "../../../src/streams/strategies/strategy.ts";
import { bookTick } from "../../support/sample_ticks.ts";

const PARAMETERS: MomentumParameters = {
  bar_ms: 1000,
  fast_period: 1,
  slow_period: 3,
  entry_bps: 50,
  cooldown_ms: 6000,
  spread_bps_max: 5,
  displayed_min_quote: 500,
};

/** One book tick a second; gives second → opinion. A close is judged by the tick of the next second. */
function opinionsOf(
  mids: readonly number[],
  changed: Partial<MomentumParameters> = {},
  book: Partial<BookTick> = {},
): Map<number, Opinion> {
  const strategy = momentum.create({ ...PARAMETERS, ...changed });
  const opinions = new Map<number, Opinion>();
  mids.forEach((mid, second) => {
    const opinion = strategy.onTick(bookTick(mid, book), second * 1000);
    if (opinion !== null) opinions.set(second, opinion);
  });
  return opinions;
}

const sides = (opinions: Map<number, Opinion>) =>
  [...opinions].map(([second, { side }]) => `${second}:${side}`).join(" ");

// slow average, weight 1/2:    –    –   100  102  99
const RISE_AND_FALL = [100, 100, 100, 104, 96, 96];

test("onTick() buys when the fast average crosses above the slow one by entry_bps, and sells as far below", () => {
  assert.is(sides(opinionsOf(RISE_AND_FALL)), "4:BUY 5:SELL");
});

test("onTick() gives the numbers behind its opinion", () => {
  const opinions = opinionsOf(RISE_AND_FALL);
  assert.equal(opinions.get(4), {
    side: "BUY",
    score: 0.796813, // 196.08 bps ÷ (196.08 + 50)
    confidence: 0.745,
    horizon_ms: 3000,
    reason: {
      rule: "fast_crossed_above_slow",
      gap_bps: 196.078431,
      gap_bps_before: 0,
      entry_bps: 50,
      fast: 104,
      slow: 102,
      bar_ts: 3000,
      spread_bps: 2.083333,
      displayed_quote: 960.1,
    },
  });
  assert.equal(opinions.get(5), {
    side: "SELL",
    score: -0.858369, // −303.03 bps ÷ (303.03 + 50)
    confidence: 0.835,
    horizon_ms: 3000,
    reason: {
      rule: "fast_crossed_below_slow",
      gap_bps: -303.030303,
      gap_bps_before: 196.078431,
      entry_bps: 50,
      fast: 96,
      slow: 99,
      bar_ts: 4000,
    },
  });
});

const QUIET:
  readonly (readonly [string, readonly number[], Partial<MomentumParameters>, Partial<BookTick>])[] = [
    ["the averages are apart from the start: that is no crossing", [100, 102, 110, 120, 131, 143], {}, {}],
    ["the gap is too small", RISE_AND_FALL, { entry_bps: 400 }, {}],
    ["the spread is too wide", RISE_AND_FALL, { spread_bps_max: 1 }, {}],
    ["too little is offered", RISE_AND_FALL, {}, { ask_qty: "0.1" }],
    ["there was no entry to leave", [100, 100, 100, 96, 92, 88], {}, {}],
  ];
for (const [name, mids, changed, book] of QUIET) {
  test(`onTick() says nothing when ${name}`, () => assert.is(opinionsOf(mids, changed, book).size, 0));
}

test("onTick() stays in while the fast average is below the slow one by less than entry_bps", () => {
  const dips = [100, 100, 100, 104, 101.6, 101, 101, 101]; // gaps of −20, −39 and −20 bps
  assert.is(sides(opinionsOf(dips)), "4:BUY");
});

test("onTick() enters again only when it is out and the cooldown is over", () => {
  const swings = [...RISE_AND_FALL, 104, 96, 104, 96, 104, 96];
  assert.is(sides(opinionsOf(swings, { cooldown_ms: 0 })), "4:BUY 5:SELL 7:BUY 8:SELL 9:BUY 10:SELL 11:BUY");
  assert.is(sides(opinionsOf(swings)), "4:BUY 5:SELL 11:BUY");
});

test("contradiction() wants the fast period below the slow one", () => {
  assert.is(momentum.contradiction(PARAMETERS), null);
  assert.is(
    momentum.contradiction({ ...PARAMETERS, fast_period: 3 }),
    "fast_period: 3, expected below slow_period, which is 3",
  );
});

test("forgetPrices() begins anew with prices, and keeps what is held", () => {
  const strategy = momentum.create(PARAMETERS);
  const sidesFrom = (start: number, mids: readonly number[]) =>
    mids.map((mid, second) => strategy.onTick(bookTick(mid), (start + second) * 1000)?.side ?? "-").join(" ");
  assert.is(sidesFrom(0, RISE_AND_FALL.slice(0, 5)), "- - - - BUY");
  strategy.forgetPrices();
  assert.is(sidesFrom(3600, [50, 50, 50, 48, 48]), "- - - - SELL");
});

test.run();
