import type { Event, Proposal } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";
import type { SymbolStrategy } from "./strategy.ts";
import type { Strategy } from "./strategy_table.ts";

/**
 * Runs the night's strategies side by side, each on every symbol, and turns their opinions into signals.
 * It sees ticks and nothing else.
 */
export interface StrategyRoleState {
  readonly bySymbol: Map<string, readonly Running[]>;
}

interface Running {
  readonly id: string;
  readonly strategy: SymbolStrategy;
}

/** As many as one connection to the venue carries; more means that nobody checked the symbols of the ticks. */
const SYMBOLS_MAX = 1024;
const NOTHING: readonly Proposal<"signal">[] = [];

export function strategyRole(
  strategies: readonly Strategy[],
): Machine<StrategyRoleState, Event<"market_tick">, Proposal<"signal">> {
  const runOn = (symbol: string, bySymbol: Map<string, readonly Running[]>) => {
    if (bySymbol.size >= SYMBOLS_MAX) {
      throw new Error(`Tick of ${JSON.stringify(symbol)}, expected at most ${SYMBOLS_MAX} symbols`);
    }
    const running = strategies.map(({ id, onSymbol }) => ({ id, strategy: onSymbol() }));
    bySymbol.set(symbol, running);
    return running;
  };

  return {
    name: "strategy_role",
    initial: () => ({ bySymbol: new Map() }),
    step(state, event) {
      const tick = event.payload;
      const running = state.bySymbol.get(tick.symbol) ?? runOn(tick.symbol, state.bySymbol);
      let signals: Proposal<"signal">[] | null = null;
      for (const { id, strategy } of running) {
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
