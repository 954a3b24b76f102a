import type { Machine } from "../../../core/machine.ts";
import type { VenueMessage } from "../binance/venue_message.ts";
import { type SymbolMarket, symbolMarket } from "./symbol_market.ts";
import { embeddedSymbol } from "./symbols.ts";

/**
 * A market made up from a seed: no network, no key, the same messages every time. Each symbol lives by its own
 * random streams, so that a further symbol or another order of symbols changes nothing in the others.
 */
export interface MarketState {
  /** When the next messages happen, unix milliseconds. */
  nextTs: number;
  readonly markets: readonly SymbolMarket[];
}

export interface EmbeddedMarketOptions {
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly startTs: number;
  /** Messages a second and symbol, on average. */
  readonly ticksPerS: number;
}

const TICKS_PER_S_MAX = 10_000;
const NOTHING: readonly VenueMessage[] = [];

export function embeddedMarket(options: EmbeddedMarketOptions): Machine<MarketState, number, VenueMessage> {
  const { seed, symbols, startTs, ticksPerS } = options;
  if (!(ticksPerS > 0 && ticksPerS <= TICKS_PER_S_MAX)) {
    throw new Error(`Ticks per second is ${ticksPerS}, expected more than 0 and at most ${TICKS_PER_S_MAX}`);
  }
  if (symbols.length === 0) throw new Error("No symbol given, expected at least one");
  if (new Set(symbols).size < symbols.length) {
    throw new Error(`Symbol given twice in ${symbols.join(", ")}, expected each once`);
  }
  const known = symbols.map(embeddedSymbol);
  return {
    name: "embedded_market",
    initial() {
      const markets = known.map((symbol) => symbolMarket(symbol, { seed, startTs, ticksPerS }));
      return { markets, nextTs: earliest(markets) };
    },
    /** The messages of state.nextTs, once `ts` has come so far. */
    step(state, ts) {
      if (ts < state.nextTs) return [state, NOTHING];
      const messages: VenueMessage[] = [];
      for (const market of state.markets) {
        while (market.nextTs === state.nextTs) messages.push(market.take());
      }
      state.nextTs = earliest(state.markets);
      return [state, messages];
    },
  };
}

function earliest(markets: readonly SymbolMarket[]): number {
  let earliestTs = Infinity;
  for (const market of markets) earliestTs = Math.min(earliestTs, market.nextTs);
  return earliestTs;
}
