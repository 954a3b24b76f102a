import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, MarketTick, Proposal } from "../../../src/core/event.ts";
import type { Machine } from "../../../src/core/machine.ts";
import { tickOfMessage } from "../../../src/streams/sources/binance/tick_of_message.ts";
import { embeddedMarket } from "../../../src/streams/sources/embedded/embedded_market.ts";
import { momentum } from "../../../src/streams/strategies/momentum.ts";
import { rsiReversion } from "../../../src/streams/strategies/rsi_reversion.ts";
import type { Opinion } from "../../../src/streams/strategies/strategy.ts";
import { strategyRole } from "../../../src/streams/strategies/strategy_role.ts";
import type { Strategy } from "../../../src/streams/strategies/strategy_table.ts";
import { bookTick } from "../../support/sample_ticks.ts";

function tickEvent(tick: MarketTick, ts: number): Event<"market_tick"> {
  return {
    schema: "nore/market_tick",
    v: 1,
    ts,
    id: "00000000-0000-4000-8000-000000000000",
    source: "market_role",
    type: "market_tick",
    run_id: "20261121_220000",
    cmdline_hash: "0".repeat(64),
    payload: tick,
  };
}

/** Says BUY at every n-th tick of a symbol, and which tick that was. */
function every(id: string, n: number): Strategy {
  return {
    id,
    name: "every",
    parameters: {},
    onSymbol() {
      let count = 0;
      return {
        onTick(): Opinion | null {
          count++;
          if (count % n !== 0) return null;
          return { side: "BUY", score: 1, confidence: 1, horizon_ms: 1, reason: { rule: "every", count } };
        },
        forgetPrices() {
          count = 0;
        },
      };
    },
  };
}

function said(
  role: Machine<unknown, Event<"market_tick">, Proposal<"signal">>,
  symbols: readonly string[],
): string[] {
  let state = role.initial();
  return symbols.map((symbol, i) => {
    const [next, signals] = role.step(state, tickEvent(bookTick(100, { symbol }), i));
    state = next;
    return signals.map(({ payload: { strategy_id, symbol, reason } }) =>
      `${strategy_id}:${symbol}:${reason["count"]}`
    ).join(" ");
  });
}

test("step() asks every strategy, each with a state of its own per symbol, in the order of the list", () => {
  const role = strategyRole([every("a", 2), every("b", 3), every("c", 2)], { forgetAfterMs: 120_000 });
  assert.equal(said(role, ["X", "X", "Y", "X", "Y", "X"]), [
    "",
    "a:X:2 c:X:2",
    "",
    "b:X:3",
    "a:Y:2 c:Y:2",
    "a:X:4 c:X:4",
  ]);
});

test("initial() begins anew each time", () => {
  const role = strategyRole([every("a", 2)], { forgetAfterMs: 120_000 });
  assert.equal(said(role, ["X", "X"]), said(role, ["X", "X"]));
});

test("step() gives a complete signal, fields in the order of the log", () => {
  const [, signals] = strategyRole([every("a", 1)], { forgetAfterMs: 120_000 }).step(
    { bySymbol: new Map() },
    tickEvent(bookTick(100), 5),
  );
  assert.is(
    JSON.stringify(signals),
    '[{"type":"signal","payload":{"strategy_id":"a","symbol":"BTCUSDT","side":"BUY","score":1,"confidence":1,' +
      '"horizon_ms":1,"reason":{"rule":"every","count":1}}}]',
  );
});

test("step() gives the same empty answer each time when nobody has anything to say", () => {
  const role = strategyRole([every("a", 100)], { forgetAfterMs: 120_000 });
  const state = role.initial();
  const [, one] = role.step(state, tickEvent(bookTick(100), 0));
  const [, other] = role.step(state, tickEvent(bookTick(101), 1));
  assert.is(one, other);
  assert.is(one.length, 0);
});

test("step() refuses ever more symbols", () => {
  const role = strategyRole([every("a", 100)], { forgetAfterMs: 120_000 });
  const state = role.initial();
  const show = (i: number) => role.step(state, tickEvent(bookTick(100, { symbol: `S${i}` }), i));
  for (let i = 0; i < 1024; i++) show(i);
  show(0);
  assert.throws(() => show(1024), /^Tick of "S1024", expected at most 1024 symbols/);
});

const FILTER = { spread_bps_max: 5, displayed_min_quote: 500, cooldown_ms: 1_200_000 };
const REVERSION: Strategy = {
  id: "reversion",
  name: "rsi_reversion",
  parameters: {},
  onSymbol: () => rsiReversion.create({ ...FILTER, bar_ms: 1000, period: 14, oversold: 30, overbought: 70 }),
};
const TREND: Strategy = {
  id: "trend",
  name: "momentum",
  parameters: {},
  onSymbol: () =>
    momentum.create({ ...FILTER, bar_ms: 250, fast_period: 4, slow_period: 12, entry_bps: 0.6 }),
};

/** Second → signal on the made-up market with the default parameters. */
function signalsOf(
  seed: number,
  seconds: number,
): { second: number; signal: Proposal<"signal">["payload"] }[] {
  const market = embeddedMarket({ seed, symbols: ["BTCUSDT", "ETHUSDT"], startTs: 0, ticksPerS: 10 });
  const role = strategyRole([REVERSION, TREND], { forgetAfterMs: 120_000 });
  const marketState = market.initial();
  const state = role.initial();
  const found: { second: number; signal: Proposal<"signal">["payload"] }[] = [];
  while (marketState.nextTs < seconds * 1000) {
    const ts = marketState.nextTs;
    for (const message of market.step(marketState, ts)[1]) {
      const tick = tickOfMessage(message, { venue: "embedded", priceSource: "embedded" });
      if (typeof tick === "string") throw new Error(tick);
      for (const { payload } of role.step(state, tickEvent(tick, ts))[1]) {
        found.push({ second: ts / 1000, signal: payload });
      }
    }
  }
  return found;
}

test("step() finds an entry in the first 20 s of nearly every made-up market, seed 7 among them", () => {
  const late: number[] = [];
  for (let seed = 1; seed <= 50; seed++) {
    const signals = signalsOf(seed, 20);
    if (!signals.some(({ signal }) => signal.side === "BUY")) late.push(seed);
  }
  assert.ok(late.length <= 2 && !late.includes(7), `no entry for the seeds ${late}`);
});

test("step() gives no more signals than a night bears, each within its limits, entry and exit in turn", () => {
  const signals = signalsOf(7, 7 * 3600);
  assert.ok(signals.length >= 7 * 8 && signals.length <= 7 * 30, `${signals.length} in a night`);
  const lastSide = new Map<string, string>();
  for (const { signal } of signals) {
    const key = `${signal.strategy_id} ${signal.symbol}`;
    assert.is(signal.side, lastSide.get(key) === "BUY" ? "SELL" : "BUY", key);
    lastSide.set(key, signal.side);
    assert.ok(signal.score >= -1 && signal.score <= 1 && (signal.score > 0) === (signal.side === "BUY"));
    assert.ok(signal.confidence >= 0 && signal.confidence <= 1);
    for (const value of Object.values(signal.reason)) {
      assert.ok(typeof value === "string" || (Number.isFinite(value) && !Object.is(value, -0)));
    }
  }
  assert.is(lastSide.size, 4, "both strategies on both symbols");
});

test("step() forgets the prices of a symbol that was silent for longer than a night may be, of no other", () => {
  const role = strategyRole([every("a", 3)], { forgetAfterMs: 1000 });
  const state = role.initial();
  const counts = (symbol: string, ts: number) =>
    role.step(state, tickEvent(bookTick(100, { symbol }), ts))[1].map(({ payload }) =>
      payload.reason["count"]
    );
  for (const symbol of ["AAAUSDT", "BBBUSDT"]) {
    for (const ts of [0, 1000]) assert.equal(counts(symbol, ts), []);
  }
  assert.equal(counts("AAAUSDT", 2000), [3], "just not too long");
  assert.equal(counts("BBBUSDT", 2001), [], "the third tick, but the first of its prices");
  assert.equal([counts("BBBUSDT", 2002), counts("BBBUSDT", 2003)], [[], [3]]);
});

test.run();
