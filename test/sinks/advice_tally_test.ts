import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Recommendation } from "../../src/core/event.ts";
import { MODELS_MAX, OTHER_MODELS, PENDING_MAX, SYMBOLS_MAX } from "../../src/sinks/advice_tally.ts";
import { reportFigures } from "../../src/sinks/report.ts";
import { tallied } from "../support/tallied.ts";
import { book, eventOf, trade } from "../support/trading_events.ts";

interface Means {
  readonly scored: number;
  readonly brier: number | null;
  readonly brier_base: number | null;
  readonly log_loss: number | null;
  readonly log_loss_base: number | null;
  readonly beats_base: boolean | null;
}
interface Figures extends Means {
  readonly pending: number;
  readonly unchanged: number;
  readonly unscored: number;
  readonly by_model: Readonly<Record<string, Means>>;
}

const figuresOf = (events: readonly Event[]) => reportFigures(tallied(events))["ai"] as Figures;
const mid = (ts: number, price: string, symbol = "AAAUSDT") => book(ts, price, price, { symbol });
const advice = (ts: number, p_up: number, more: Partial<Recommendation> = {}) =>
  eventOf("recommendation", ts, { symbol: "AAAUSDT", horizon_ms: 10, p_up, model_id: "online", ...more });
const isNear = (actual: number | null, wanted: number) =>
  assert.ok(Math.abs(actual! - wanted) < 1e-12, `${actual}, wanted ${wanted}`);

test("reportFigures() has no figure of an AI that never advised", () => {
  assert.is(figuresOf([mid(1, "100"), mid(20, "101")]), null);
});

test("reportFigures() scores advice by the first book at or after its horizon", () => {
  const night = [
    mid(1, "100"),
    advice(2, 0.8),
    mid(11, "90"),
    trade(12, "90"),
    mid(12, "101"),
    mid(13, "80"),
  ];
  const ai = figuresOf(night);
  assert.equal([ai.scored, ai.pending, ai.unchanged, ai.unscored, ai.beats_base], [1, 0, 0, 0, true]);
  isNear(ai.brier, 0.04);
  isNear(ai.log_loss, -Math.log(0.8));
  isNear(ai.brier_base, 0.25);
  isNear(ai.log_loss_base, -Math.log(0.5));
  assert.is(figuresOf(night.slice(0, 4)).pending, 1);
});

interface OutcomeCase {
  readonly what: string;
  readonly events: readonly Event[];
  readonly wanted: Partial<Figures>;
}
const OUTCOMES: readonly OutcomeCase[] = [
  {
    what: "a price that fell",
    events: [mid(1, "100"), advice(1, 1), mid(11, "99")],
    wanted: { scored: 1, brier: 1, beats_base: false },
  },
  {
    what: "an equal price: neither",
    events: [mid(1, "100"), advice(1, 0.9), mid(11, "100.00")],
    wanted: { scored: 0, unchanged: 1, brier: null, log_loss_base: null, beats_base: null },
  },
  {
    what: "no price yet",
    events: [advice(1, 0.9), mid(2, "100"), mid(12, "101")],
    wanted: { scored: 0, unscored: 1, pending: 0 },
  },
  {
    what: "another symbol's price",
    events: [mid(1, "100"), advice(1, 0.9), mid(11, "100", "BBBUSDT")],
    wanted: { scored: 0, pending: 1 },
  },
  {
    what: "another venue's price",
    events: [mid(1, "100"), advice(1, 0.9), book(11, "9", "9", { venue: "other" })],
    wanted: { scored: 0, pending: 1 },
  },
  {
    what: "a short horizon behind a long one",
    events: [
      mid(1, "100"),
      advice(1, 0.9, { horizon_ms: 50 }),
      advice(2, 0, { horizon_ms: 5 }),
      mid(7, "99"),
    ],
    wanted: { scored: 1, pending: 1, brier: 0 },
  },
];
for (const { what, events, wanted } of OUTCOMES) {
  test(`reportFigures() scores advice at ${what}`, () => {
    const ai = figuresOf(events) as unknown as Record<string, unknown>;
    assert.equal(Object.fromEntries(Object.keys(wanted).map((name) => [name, ai[name]])), wanted);
  });
}

test("reportFigures() bounds what certainty that was wrong may cost", () => {
  isNear(figuresOf([mid(1, "100"), advice(1, 1), mid(11, "99")]).log_loss, -Math.log(1 - (1 - 1e-6)));
});

test("reportFigures() knows of the base rate what had come out when the advice was given, and no more", () => {
  const first = [mid(1, "100"), advice(1, 0.5), advice(2, 0.5), mid(12, "101")];
  const { brier_base } = figuresOf([...first, advice(13, 0.5), mid(23, "102")]);
  isNear(brier_base, (0.25 + 0.25 + (52 / 102 - 1) ** 2) / 3);
});

test("reportFigures() tells the models apart, up to a bound", () => {
  const night = Array.from({ length: MODELS_MAX + 3 }, (_, i) => [
    mid(i * 100, "100"),
    advice(i * 100, 0.9, { model_id: `model_${i}` }),
    mid(i * 100 + 10, i === 0 ? "99" : "101"),
  ]).flat();
  const { by_model, scored } = figuresOf(night);
  assert.is(scored, MODELS_MAX + 3);
  assert.is(Object.keys(by_model).length, MODELS_MAX + 1);
  assert.equal([by_model["model_0"]!.beats_base, by_model["model_1"]!.beats_base], [false, true]);
  assert.is(by_model[OTHER_MODELS]!.scored, 3);
});

test("reportFigures() keeps a bounded part of advice that waits, and counts the rest", () => {
  const many = Array.from({ length: PENDING_MAX + 5 }, () => advice(1, 0.5, { horizon_ms: 1000 }));
  const { pending, unscored } = figuresOf([mid(1, "100"), ...many]);
  assert.equal([pending, unscored], [PENDING_MAX, 5]);
  const symbols = Array.from({ length: SYMBOLS_MAX + 2 }, (_, i) => `COIN${i}`);
  const wide = symbols.flatMap((symbol) => [mid(1, "100", symbol), advice(1, 0.5, { symbol })]);
  const ai = figuresOf(wide);
  assert.equal([ai.pending, ai.unscored], [SYMBOLS_MAX, 2]);
});

test("reportFigures() loses no advice and scores none twice, whatever comes in whatever order", () => {
  const step = fc.record({
    gapMs: fc.integer({ min: 0, max: 8 }),
    price: fc.option(fc.integer({ min: 99, max: 101 }), { nil: null }),
    symbol: fc.constantFrom("AAAUSDT", "BBBUSDT"),
    horizon_ms: fc.constantFrom(0, 5, 10, 40),
    p_up: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(step, { minLength: 1 }), (steps) => {
    let ts = 1;
    const events = steps.map(({ gapMs, price, ...said }) => {
      ts += gapMs;
      return price === null ? advice(ts, said.p_up, said) : mid(ts, String(price), said.symbol);
    });
    const given = steps.filter(({ price }) => price === null).length;
    const ai = figuresOf(events);
    if (given === 0) return assert.is(ai, null);
    assert.is(ai.scored + ai.pending + ai.unchanged + ai.unscored, given);
    const models = Object.values(ai.by_model).reduce((sum, { scored }) => sum + scored, 0);
    assert.is(models, ai.scored);
  }));
});

test.run();
