import type { Event, Proposal } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";
import type { SymbolStrategy } from "./strategy.ts";
import type { Strategy } from "./strategy_table.ts";

/**
 * Runs the night's strategies side by side, each on every symbol, and turns their opinions into signals.
 * It sees ticks and nothing else.
 */
export interface StrategyRoleState {
  readonly bySymbol: Map<string, OnSymbol>;
}

interface OnSymbol {
  readonly running: readonly Running[];
  /** Of the last tick. */
  lastTs: number;
}

interface Running {
  readonly id: string;
  readonly strategy: SymbolStrategy;
}

export interface StrategyRoleOptions {
  /**
   * After a longer silence of a symbol its prices are forgotten. While a night lives none is as long, because it stops
   * before; only one that goes on after its process was gone may find itself behind it.
   */
  readonly forgetAfterMs: number;
}

/** As many as one connection to the venue carries; more means that nobody checked the symbols of the ticks. */
const SYMBOLS_MAX = 1024;
const NOTHING: readonly Proposal<"signal">[] = [];

export function strategyRole(
  strategies: readonly Strategy[],
  { forgetAfterMs }: StrategyRoleOptions,
): Machine<StrategyRoleState, Event<"market_tick">, Proposal<"signal">> {
  const runOn = (symbol: string, { bySymbol }: StrategyRoleState, lastTs: number): OnSymbol => {
    if (bySymbol.size >= SYMBOLS_MAX) {
      throw new Error(`Tick of ${JSON.stringify(symbol)}, expected at most ${SYMBOLS_MAX} symbols`);
    }
    const running = strategies.map(({ id, onSymbol }) => ({ id, strategy: onSymbol() }));
    const onSymbol = { running, lastTs };
    bySymbol.set(symbol, onSymbol);
    return onSymbol;
  };

  return {
    name: "strategy_role",
    initial: () => ({ bySymbol: new Map() }),
    step(state, event) {
      const tick = event.payload;
      const known = state.bySymbol.get(tick.symbol) ?? runOn(tick.symbol, state, event.ts);
      if (event.ts - known.lastTs > forgetAfterMs) {
        for (const { strategy } of known.running) strategy.forgetPrices();
      }
      known.lastTs = event.ts;
      let signals: Proposal<"signal">[] | null = null;
      for (const { id, strategy } of known.running) {
        const opinion = strategy.onTick(tick, event.ts);
        if (opinion === null) continue;
        const payload = {
          strategy_id: id,
          symbol: tick.symbol,
          side: opinion.side,
          score: opinion.score,
          confidence: opinion.confidence,
          horizon_ms: opinion.horizon_ms,
          reason: opinion.reason,
        };
        (signals ??= []).push({ type: "signal", payload });
      }
      return [state, signals ?? NOTHING];
    },
  };
}
