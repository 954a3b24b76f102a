import type { BookTick } from "../../core/event.ts";
import { bars } from "./bars.ts";
import { ENTRY_FILTER_SCHEMA, type EntryFilterParameters, entryView } from "./entry_filter.ts";
import { COOLDOWN_SCHEMA, longOrFlat } from "./long_or_flat.ts";
import { rsi } from "./rsi.ts";
import { type Opinion, rounded, type StrategyKind, type SymbolStrategy } from "./strategy.ts";

/**
 * Bets that a fall which went too far is taken back: BUY when the RSI of the bars crosses below `oversold`,
 * SELL what was bought when it crosses above `overbought`.
 */
export interface RsiReversionParameters extends EntryFilterParameters {
  readonly bar_ms: number;
  readonly period: number;
  readonly oversold: number;
  readonly overbought: number;
  readonly cooldown_ms: number;
}

export const rsiReversion: StrategyKind<RsiReversionParameters> = {
  name: "rsi_reversion",
  parameters: {
    type: "object",
    additionalProperties: false,
    properties: {
      bar_ms: {
        type: "integer",
        description: "Length of a bar",
        default: 1000,
        minimum: 100,
        maximum: 86_400_000,
      },
      period: {
        type: "integer",
        description: "Changes of the close that the RSI looks back on",
        default: 14,
        minimum: 2,
        maximum: 1000,
      },
      oversold: { type: "number", description: "RSI to enter below", default: 30, minimum: 0, maximum: 100 },
      overbought: { type: "number", description: "RSI to exit above", default: 70, minimum: 0, maximum: 100 },
      cooldown_ms: COOLDOWN_SCHEMA,
      ...ENTRY_FILTER_SCHEMA,
    },
  },
  contradiction: ({ oversold, overbought }) =>
    oversold < overbought ? null : `oversold: ${oversold}, expected below overbought, which is ${overbought}`,
  create: createRsiReversion,
};

function createRsiReversion(parameters: RsiReversionParameters): SymbolStrategy {
  const { bar_ms, period, oversold, overbought, cooldown_ms } = parameters;
  let ownBars = bars(bar_ms);
  let index = rsi(period);
  const position = longOrFlat(cooldown_ms);
  let book: BookTick | null = null;
  let before: number | null = null;

  function opinion(side: Opinion["side"], now: number, beyond: number, reason: Opinion["reason"]): Opinion {
    return {
      side,
      score: rounded((50 - now) / 50), // 1 = nothing but losses, −1 = nothing but gains
      confidence: rounded(beyond), // 0 = at the threshold, 1 = as far beyond as there is
      horizon_ms: bar_ms * period,
      reason,
    };
  }

  return {
    onTick(tick, ts) {
      if (tick.kind === "book") book = tick;
      const bar = ownBars.add(tick, ts);
      if (bar === null) return null;
      const last = before;
      const now = index.next(bar.close);
      before = now;
      if (last === null || now === null) return null;

      if (last <= overbought && now > overbought && position.exit()) {
        return opinion("SELL", now, (now - overbought) / (100 - overbought), {
          rule: "rsi_crossed_above_overbought",
          rsi: rounded(now),
          rsi_before: rounded(last),
          overbought,
          close: bar.close,
          bar_ts: bar.startTs,
        });
      }
      if (last >= oversold && now < oversold && position.mayEnter(ts)) {
        const view = entryView(book, parameters);
        if (view === null) return null;
        position.enter(ts);
        return opinion("BUY", now, (oversold - now) / oversold, {
          rule: "rsi_crossed_below_oversold",
          rsi: rounded(now),
          rsi_before: rounded(last),
          oversold,
          close: bar.close,
          bar_ts: bar.startTs,
          spread_bps: rounded(view.spreadBps),
          displayed_quote: rounded(view.displayedQuote),
        });
      }
      return null;
    },
    forgetPrices() {
      ownBars = bars(bar_ms);
      index = rsi(period);
      book = null;
      before = null;
    },
  };
}
