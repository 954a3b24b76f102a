import type { BookTick } from "../../core/event.ts";
import { bars } from "./bars.ts";
import { ema } from "./ema.ts";
import { ENTRY_FILTER_SCHEMA, type EntryFilterParameters, entryView } from "./entry_filter.ts";
import { COOLDOWN_SCHEMA, longOrFlat } from "./long_or_flat.ts";
import { type Opinion, rounded, type StrategyKind, type SymbolStrategy } from "./strategy.ts";

/**
 * Bets that a move goes on: BUY when the fast average of the bars' closes crosses `entry_bps` above the slow one,
 * SELL what was bought when it crosses as far below.
 */
export interface MomentumParameters extends EntryFilterParameters {
  readonly bar_ms: number;
  readonly fast_period: number;
  readonly slow_period: number;
  readonly entry_bps: number;
  readonly cooldown_ms: number;
}

export const momentum: StrategyKind<MomentumParameters> = {
  name: "momentum",
  parameters: {
    type: "object",
    additionalProperties: false,
    properties: {
      bar_ms: {
        type: "integer",
        description: "Length of a bar",
        default: 250,
        minimum: 100,
        maximum: 86_400_000,
      },
      fast_period: {
        type: "integer",
        description: "Bars of the fast average",
        default: 4,
        minimum: 1,
        maximum: 1000,
      },
      slow_period: {
        type: "integer",
        description: "Bars of the slow average",
        default: 12,
        minimum: 2,
        maximum: 1000,
      },
      entry_bps: {
        type: "number",
        description: "How far the averages must be apart, in basis points of the slow one",
        default: 0.6,
        exclusiveMinimum: 0,
        maximum: 10_000,
      },
      cooldown_ms: COOLDOWN_SCHEMA,
      ...ENTRY_FILTER_SCHEMA,
    },
  },
  contradiction: ({ fast_period, slow_period }) =>
    fast_period < slow_period
      ? null
      : `fast_period: ${fast_period}, expected below slow_period, which is ${slow_period}`,
  create: createMomentum,
};

function createMomentum(parameters: MomentumParameters): SymbolStrategy {
  const { bar_ms, fast_period, slow_period, entry_bps, cooldown_ms } = parameters;
  let ownBars = bars(bar_ms);
  let fastAverage = ema(fast_period);
  let slowAverage = ema(slow_period);
  const position = longOrFlat(cooldown_ms);
  let book: BookTick | null = null;
  let before: number | null = null;

  function opinion(side: Opinion["side"], gap: number, reason: Opinion["reason"]): Opinion {
    const distance = Math.abs(gap);
    return {
      side,
      score: rounded(gap / (distance + entry_bps)), // ±0.5 at the threshold, towards ±1 beyond
      confidence: rounded((distance - entry_bps) / distance), // 0 at the threshold, towards 1 beyond
      horizon_ms: bar_ms * slow_period,
      reason,
    };
  }

  return {
    onTick(tick, ts) {
      if (tick.kind === "book") book = tick;
      const bar = ownBars.add(tick, ts);
      if (bar === null) return null;
      const last = before;
      const fast = fastAverage.next(bar.close);
      const slow = slowAverage.next(bar.close);
      if (fast === null || slow === null) return null;
      const now = before = (fast - slow) / slow * 10_000;
      if (last === null) return null;

      if (last >= -entry_bps && now < -entry_bps && position.exit()) {
        return opinion("SELL", now, {
          rule: "fast_crossed_below_slow",
          gap_bps: rounded(now),
          gap_bps_before: rounded(last),
          entry_bps,
          fast: rounded(fast),
          slow: rounded(slow),
          bar_ts: bar.startTs,
        });
      }
      if (last <= entry_bps && now > entry_bps && position.mayEnter(ts)) {
        const view = entryView(book, parameters);
        if (view === null) return null;
        position.enter(ts);
        return opinion("BUY", now, {
          rule: "fast_crossed_above_slow",
          gap_bps: rounded(now),
          gap_bps_before: rounded(last),
          entry_bps,
          fast: rounded(fast),
          slow: rounded(slow),
          bar_ts: bar.startTs,
          spread_bps: rounded(view.spreadBps),
          displayed_quote: rounded(view.displayedQuote),
        });
      }
      return null;
    },
    forgetPrices() {
      ownBars = bars(bar_ms);
      fastAverage = ema(fast_period);
      slowAverage = ema(slow_period);
      book = null;
      before = null;
    },
  };
}
