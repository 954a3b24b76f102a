import type { Event, EventType } from "../../src/core/event.ts";
import { type Tally, tallyOf } from "../../src/sinks/tally.ts";
import { repoContracts } from "./repo_contracts.ts";

interface Account {
  readonly id: string;
  readonly capital: string;
}

const ACCOUNTS: readonly Account[] = [{ id: "alpha", capital: "1000" }, { id: "beta", capital: "500" }];

/** The tally of these events, with 1,000 for alpha and 500 for beta unless said otherwise. */
export function tallied(
  events: readonly Event<EventType>[],
  strategies: readonly Account[] = ACCOUNTS,
): Tally {
  const machine = tallyOf(strategies, repoContracts.types);
  return events.reduce((tally, event) => machine.step(tally, event)[0], machine.initial());
}
