import { UNPROVEN_MODEL } from "../../core/ai_mail.ts";
import type { AiConfig } from "../../core/config.ts";
import type { EntryAdvice } from "../../core/advice.ts";
import type { Event, Proposal } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";

/**
 * Puts what a proven model expects beside the entries that strategies want. It makes no signal, keeps none back and
 * changes nothing else of one; an exit gets no advice. What follows is for risk, which may veto or shrink.
 */
export interface AdviceFilterOptions {
  readonly filter: AiConfig["filter"];
  /** Advice is kept of these alone. */
  readonly symbols: readonly string[];
}

export interface AdvisedState<State> {
  strategies: State;
  /** Of each symbol, whoever gave it: a model that is proven no more is not heeded for what it said before. */
  readonly newest: Map<string, Event<"recommendation">>;
}

const NOTHING: readonly Proposal<"signal">[] = [];

export function isAdviceHeeded({ enabled, boundary, advice }: AiConfig): boolean {
  return enabled && boundary !== "off" && advice === "filter";
}

/** The same strategies, which never see the advice themselves. */
export function withAdvice<State>(
  strategies: Machine<State, Event<"market_tick">, Proposal<"signal">>,
  { filter, symbols }: AdviceFilterOptions,
): Machine<AdvisedState<State>, Event<"market_tick" | "recommendation">, Proposal<"signal">> {
  const known = new Set(symbols);
  return {
    name: strategies.name,
    initial: () => ({ strategies: strategies.initial(), newest: new Map() }),
    step(state, event) {
      if (event.type === "recommendation") {
        if (known.has(event.payload.symbol)) state.newest.set(event.payload.symbol, event);
        return [state, NOTHING];
      }
      const [next, signals] = strategies.step(state.strategies, event);
      state.strategies = next;
      if (signals.length === 0) return [state, signals];
      return [state, signals.map((signal) => advised(signal, adviceOn(signal, state, event.ts), filter))];
    },
  };
}

/** The newest advice on an entry, where it is by a proven model and still looks ahead. */
function adviceOn(
  { payload: { side, symbol } }: Proposal<"signal">,
  { newest }: AdvisedState<unknown>,
  ts: number,
): Event<"recommendation"> | null {
  const advice = newest.get(symbol);
  if (side !== "BUY" || advice === undefined) return null;
  const { model_id, horizon_ms } = advice.payload;
  return model_id !== UNPROVEN_MODEL && ts - advice.ts <= horizon_ms ? advice : null;
}

function advised(
  signal: Proposal<"signal">,
  recommendation: Event<"recommendation"> | null,
  filter: AiConfig["filter"],
): Proposal<"signal"> {
  if (recommendation === null) return signal;
  const { p_up, model_id } = recommendation.payload;
  const advice: EntryAdvice = { p_up, model_id, size_pct: sizePctOf(p_up, filter) };
  return { type: "signal", payload: { ...signal.payload, advice } };
}

/** Nothing below the one bound, all from the other on, in proportion in between. */
export function sizePctOf(pUp: number, { veto_below, full_from }: AiConfig["filter"]): number {
  if (pUp >= full_from) return 100;
  return pUp > veto_below ? Math.floor((pUp - veto_below) / (full_from - veto_below) * 100) : 0;
}
