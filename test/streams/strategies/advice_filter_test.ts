import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UNPROVEN_MODEL } from "../../../src/core/ai_mail.ts";
import type { Event, Proposal, Recommendation, Side } from "../../../src/core/event.ts";
import type { Machine } from "../../../src/core/machine.ts";
import { isAdviceHeeded, sizePctOf, withAdvice } from "../../../src/streams/strategies/advice_filter.ts";
import { strategyRole } from "../../../src/streams/strategies/strategy_role.ts";
import type { Strategy } from "../../../src/streams/strategies/strategy_table.ts";
import { configWith } from "../../support/repo_config.ts";
import { eventOf } from "../../support/trading_events.ts";
import { bookTick } from "../../support/sample_ticks.ts";

const FILTER = { veto_below: 0.25, full_from: 0.75 };
const PROVEN = "model_0123456789abcdef";
const OPTIONS = { filter: FILTER, symbols: ["AAAUSDT", "BBBUSDT"] };

/** Buys and sells in turn, at every tick. */
const turning: Strategy = {
  id: "turning",
  name: "turning",
  parameters: {},
  onSymbol() {
    let count = 0;
    return {
      onTick() {
        const side: Side = count++ % 2 === 0 ? "BUY" : "SELL";
        return { side, score: 1, confidence: 1, horizon_ms: 1, reason: { rule: "turning", count } };
      },
      forgetPrices() {},
    };
  },
};
const bare = () => strategyRole([turning], { forgetAfterMs: 1e9 });

const tick = (ts: number, symbol = "AAAUSDT") => eventOf("market_tick", ts, bookTick(100, { symbol }));
const advice = (ts: number, more: Partial<Recommendation> = {}): Event<"recommendation"> =>
  eventOf("recommendation", ts, {
    symbol: "AAAUSDT",
    horizon_ms: 1000,
    p_up: 0.5,
    model_id: PROVEN,
    ...more,
  });

type Seen = Event<"market_tick" | "recommendation">;

function signalsOf<State, In extends Event>(
  machine: Machine<State, In, Proposal<"signal">>,
  events: readonly In[],
): readonly Proposal<"signal">["payload"][] {
  let state = machine.initial();
  return events.flatMap((event) => {
    const [next, signals] = machine.step(state, event);
    state = next;
    return signals.map(({ payload }) => payload);
  });
}

/** What stands beside each signal. */
function beside(events: readonly Seen[]): readonly (string | null)[] {
  return signalsOf(withAdvice(bare(), OPTIONS), events).map(({ advice }) =>
    advice === undefined ? null : `${advice.p_up} ${advice.model_id} ${advice.size_pct}`
  );
}

test("withAdvice() puts the newest advice on its symbol beside an entry, never beside an exit", () => {
  const events = [advice(0, { p_up: 0.1 }), advice(1), tick(2), tick(3), tick(4, "BBBUSDT")];
  assert.equal(beside(events), [`0.5 ${PROVEN} 50`, null, null]);
});

test("withAdvice() gives a complete signal, its fields in the order of the log", () => {
  const [signal] = signalsOf(withAdvice(bare(), OPTIONS), [advice(0), tick(1)] as Seen[]);
  assert.is(
    JSON.stringify(signal),
    '{"strategy_id":"turning","symbol":"AAAUSDT","side":"BUY","score":1,"confidence":1,"horizon_ms":1,' +
      `"reason":{"rule":"turning","count":1},"advice":{"p_up":0.5,"model_id":"${PROVEN}","size_pct":50}}`,
  );
});

test("withAdvice() heeds advice up to its own horizon", () => {
  assert.equal(beside([advice(0), tick(1000)]), [`0.5 ${PROVEN} 50`]);
  assert.equal(beside([advice(0), tick(1001)]), [null]);
});

test("withAdvice() heeds no model that is not proven, nor what a proven one has said before it", () => {
  const unproven = { model_id: UNPROVEN_MODEL };
  assert.equal(beside([advice(0, unproven), tick(1)]), [null]);
  assert.equal(beside([advice(0), advice(1, unproven), tick(2)]), [null]);
  assert.equal(beside([advice(0, unproven), advice(1), tick(2)]), [`0.5 ${PROVEN} 50`]);
});

test("withAdvice() keeps advice on the symbols of the night alone, one of each", () => {
  const machine = withAdvice(bare(), OPTIONS);
  let state = machine.initial();
  for (const [i, symbol] of ["AAAUSDT", "CCCUSDT", "BBBUSDT", "AAAUSDT", "__proto__"].entries()) {
    const [next, said] = machine.step(state, advice(i, { symbol }));
    assert.equal(said, [], "advice makes no signal");
    state = next;
  }
  assert.equal([...state.newest].map(([symbol, { ts }]) => [symbol, ts]), [["AAAUSDT", 3], ["BBBUSDT", 2]]);
});

const ANY_ADVICE = fc.record({
  symbol: fc.constantFrom("AAAUSDT", "BBBUSDT", "CCCUSDT"),
  horizon_ms: fc.constantFrom(0, 3, 50),
  p_up: fc.double({ min: 0, max: 1, noNaN: true }),
  model_id: fc.constantFrom(PROVEN, UNPROVEN_MODEL),
});
const ANY_EVENT = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("AAAUSDT", "BBBUSDT") },
  { weight: 1, arbitrary: ANY_ADVICE },
);

test("withAdvice() gives the signals that there are without it, in any stream of ticks and advice", () => {
  let advised = 0;
  fc.assert(fc.property(fc.array(ANY_EVENT, { minLength: 20, maxLength: 80, size: "max" }), (stream) => {
    const events = stream.map((one, ts) => typeof one === "string" ? tick(ts, one) : advice(ts, one));
    const ticks = events.filter((event): event is Event<"market_tick"> => event.type === "market_tick");
    const signals = signalsOf(withAdvice(bare(), OPTIONS), events as Seen[]);
    for (const { side, advice } of signals) {
      if (advice === undefined) continue;
      advised++;
      assert.is(side, "BUY");
      assert.is(advice.model_id, PROVEN);
      assert.ok(Number.isInteger(advice.size_pct) && advice.size_pct >= 0 && advice.size_pct <= 100);
    }
    const without = signals.map(({ advice: _, ...rest }) => rest);
    assert.is(JSON.stringify(without), JSON.stringify(signalsOf(bare(), ticks)));
  }));
  assert.ok(advised > 100, String(advised));
});

test("sizePctOf() vetoes below, leaves all above, and gives whole percents in between", () => {
  const table: readonly (readonly [pUp: number, sizePct: number])[] = [
    [0, 0],
    [0.2499, 0],
    [0.25, 0],
    [0.2549, 0],
    [0.2551, 1],
    [0.5, 50],
    [0.7499, 99],
    [0.75, 100],
    [1, 100],
  ];
  for (const [pUp, sizePct] of table) assert.is(sizePctOf(pUp, FILTER), sizePct, String(pUp));
});

test("sizePctOf() is a whole number from 0 to 100 that never falls as a rise becomes more likely", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(share, share, share, share, (a, b, c, d) => {
    fc.pre(a !== b);
    const filter = { veto_below: Math.min(a, b), full_from: Math.max(a, b) };
    const [low, high] = [sizePctOf(Math.min(c, d), filter), sizePctOf(Math.max(c, d), filter)];
    assert.ok(low <= high && low >= 0 && high <= 100);
    for (const size of [low, high]) assert.ok(Number.isInteger(size));
    if (Math.min(c, d) < filter.veto_below) assert.is(low, 0);
    if (Math.max(c, d) >= filter.full_from) assert.is(high, 100);
  }));
});

test("isAdviceHeeded() only where the AI runs and the configuration says filter", () => {
  const heeded = (...sets: readonly string[]) => isAdviceHeeded(configWith(sets).ai);
  assert.is(heeded("ai.enabled=true", "ai.advice=filter"), true);
  assert.is(heeded("ai.enabled=true", "ai.advice=filter", "ai.boundary=required"), true);
  assert.is(heeded("ai.enabled=true"), false, "shadow is what nobody has to say");
  assert.is(heeded("ai.enabled=false", "ai.advice=filter"), false);
  assert.is(heeded("ai.enabled=true", "ai.advice=filter", "ai.boundary=off"), false);
});

test.run();
