import type { MarketTick, Signal } from "../../core/event.ts";

/**
 * What a strategy is: ticks of one symbol in, now and then an opinion out. It never sees orders, fills, money or
 * a clock; whether anything comes of its opinion is for risk and policy to say.
 */
export type Opinion = Omit<Signal, "strategy_id" | "symbol" | "advice">;

/** A strategy at work on one symbol. The opinion, and all in it, is made anew each time: it becomes an event. */
export interface SymbolStrategy {
  /** `ts` is the time of the tick in the log. */
  onTick(tick: MarketTick, ts: number): Opinion | null;
  /** The prices so far are too old to go on from: it begins anew with them, and keeps whether it is in. */
  forgetPrices(): void;
}

/** A kind of strategy: what strategy_table.ts lists. */
export interface StrategyKind<Parameters> {
  readonly name: string;
  /** JSON Schema 2020-12 of the parameters, with defaults. */
  readonly parameters: ParametersSchema;
  /** Where valid parameters contradict each other, as "name: value, expected …", or null. */
  contradiction(parameters: Parameters): string | null;
  create(parameters: Parameters): SymbolStrategy;
}

export interface ParametersSchema {
  readonly type: "object";
  readonly additionalProperties: false;
  readonly properties: Readonly<Record<string, ParameterSchema>>;
}

/** Every parameter is a number with a default and limits. */
export interface ParameterSchema {
  readonly type: "integer" | "number";
  readonly description: string;
  readonly default: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum: number;
}

/** A number for `reason`: six decimals are enough to follow a decision, and text stays short; never −0. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
