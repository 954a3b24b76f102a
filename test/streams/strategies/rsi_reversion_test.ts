import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BookTick } from "../../../src/core/event.ts";
import { rsiReversion, type RsiReversionParameters } from "../../../src/streams/strategies/rsi_reversion.ts";
import type { Opinion } from "../../../src/streams/strategies/strategy.ts";
import { bookTick } from "../../support/sample_ticks.ts";

const PARAMETERS: RsiReversionParameters = {
  bar_ms: 1000,
  period: 2,
  oversold: 30,
  overbought: 70,
  cooldown_ms: 8000,
  spread_bps_max: 5,
  displayed_min_quote: 500,
};

/** One book tick a second; gives second → opinion. A close is judged by the tick of the next second. */
function opinionsOf(
  mids: readonly number[],
  changed: Partial<RsiReversionParameters> = {},
  book: Partial<BookTick> = {},
): Map<number, Opinion> {
  const strategy = rsiReversion.create({ ...PARAMETERS, ...changed });
  const opinions = new Map<number, Opinion>();
  mids.forEach((mid, second) => {
    const opinion = strategy.onTick(bookTick(mid, book), second * 1000);
    if (opinion !== null) opinions.set(second, opinion);
  });
  return opinions;
}

const sides = (opinions: Map<number, Opinion>) =>
  [...opinions].map(([second, { side }]) => `${second}:${side}`).join(" ");

// RSI(2) at each close:       –    –   50  16.7 64.3 89.1
const FALL_AND_RISE = [100, 101, 100, 98, 100, 104, 104];

test("onTick() buys when the RSI crosses below oversold and sells when it crosses above overbought", () => {
  assert.is(sides(opinionsOf(FALL_AND_RISE)), "4:BUY 6:SELL");
});

test("onTick() gives the numbers behind its opinion", () => {
  const opinions = opinionsOf(FALL_AND_RISE);
  assert.equal(opinions.get(4), {
    side: "BUY",
    score: 0.666667,
    confidence: 0.444444,
    horizon_ms: 2000,
    reason: {
      rule: "rsi_crossed_below_oversold",
      rsi: 16.666667,
      rsi_before: 50,
      oversold: 30,
      close: 98,
      bar_ts: 3000,
      spread_bps: 2,
      displayed_quote: 1000.1,
    },
  });
  const { score, confidence, reason } = opinions.get(6)!;
  assert.ok(score < -0.4 && score > -1 && confidence > 0 && confidence < 1);
  assert.is(reason.rule, "rsi_crossed_above_overbought");
});

const QUIET:
  readonly (readonly [string, readonly number[], Partial<RsiReversionParameters>, Partial<BookTick>])[] = [
    [
      "the RSI is beyond a threshold from the start: that is no crossing",
      [104, 103, 102, 101, 100, 99],
      {},
      {},
    ],
    ["the spread is too wide", FALL_AND_RISE, { spread_bps_max: 1 }, {}],
    ["too little is offered", FALL_AND_RISE, {}, { ask_qty: "0.1" }],
    ["there was no entry to leave", [100, 99, 100, 104, 106, 108], {}, {}],
    ["nothing moves", [100, 100, 100, 100, 100, 100, 100], {}, {}],
  ];
for (const [name, mids, changed, book] of QUIET) {
  test(`onTick() says nothing when ${name}`, () => assert.is(opinionsOf(mids, changed, book).size, 0));
}

test("onTick() enters again only when it is out and the cooldown is over", () => {
  const again = [...FALL_AND_RISE, 98, 96, 104, 104, 98, 96, 96];
  assert.is(sides(opinionsOf(again)), "4:BUY 6:SELL 12:BUY");
  assert.is(sides(opinionsOf(again, { cooldown_ms: 0 })), "4:BUY 6:SELL 8:BUY 10:SELL 12:BUY");
});

test("onTick() never enters when only depth is known: nobody can tell the spread", () => {
  const strategy = rsiReversion.create(PARAMETERS);
  FALL_AND_RISE.forEach((mid, second) => {
    const depth = {
      ...bookTick(mid),
      kind: "depth",
      first_update_id: 1,
      last_update_id: 2,
      bids: [],
      asks: [],
    } as const;
    assert.is(strategy.onTick(depth, second * 1000), null);
  });
});

test("contradiction() wants oversold below overbought", () => {
  assert.is(rsiReversion.contradiction(PARAMETERS), null);
  assert.is(
    rsiReversion.contradiction({ ...PARAMETERS, oversold: 70 }),
    "oversold: 70, expected below overbought, which is 70",
  );
});

test("forgetPrices() begins anew with prices, and keeps what is held", () => {
  const strategy = rsiReversion.create(PARAMETERS);
  const sidesFrom = (start: number, mids: readonly number[]) =>
    mids.map((mid, second) => strategy.onTick(bookTick(mid), (start + second) * 1000)?.side ?? "-").join(" ");
  assert.is(sidesFrom(0, FALL_AND_RISE.slice(0, 5)), "- - - - BUY");
  strategy.forgetPrices();
  assert.is(sidesFrom(3600, FALL_AND_RISE), "- - - - - - SELL");
});

test.run();
