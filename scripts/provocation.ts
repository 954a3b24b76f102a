import type { ProvokedNight } from "./provoked_night.ts";
import type { StandIn } from "./stand_in_venue.ts";

/** How a reason for a stop is provoked, and what must come of it. */
export interface Provocation {
  readonly code: string;
  readonly cause: string;
  readonly sets?: readonly string[];
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What `broken_main.ts` is to break. */
  readonly breaks?: string;
  /** Prices come from a venue of ours, which the deed can spoil. */
  readonly hasStandIn?: true;
  readonly deed?: (night: ProvokedNight, venue: StandIn) => void | Promise<void>;
  /** Where it is not the one stop of a night in order, verified whole. */
  readonly expected?: Partial<Expected>;
}

export interface Expected {
  /** null: the process is killed. */
  readonly exit: number | null;
  readonly verify: number;
  readonly isLatched: boolean;
  /** There must have been orders before. */
  readonly trades: boolean;
  /** What the risk role does with that code. */
  readonly action: "STOP" | "REDUCE";
}

export const AT_START: Partial<Expected> = { isLatched: false, trades: false };

/** They trade as often as they can, so that there is something to stop. */
export function strategies(ids: readonly string[], order: object = { type: "MARKET" }): string {
  const parameters = { bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.01, cooldown_ms: 0 };
  const list = ids.map((id) => ({ id, name: "momentum", capital: "10000", parameters, order }));
  return `strategy.list=${JSON.stringify(list)}`;
}

/** Faults of the embedded venue from the fifth second on; then the night trades. */
export const fault = (kind: string, more: object): object => {
  return { kind, after_ms: 4000, for_ms: 600_000, ...more };
};
export const faults = (...list: readonly object[]): string =>
  `market.embedded.faults=${JSON.stringify(list)}`;
