import * as assert from "uvu/assert";
import { simInvariants } from "../../../scripts/sim/sim_invariants.ts";
import type { RiskConfig } from "../../../src/core/config.ts";
import type { Event, OrderIntent, Payloads, RiskVerb } from "../../../src/core/event.ts";
import { configWith } from "../../support/repo_config.ts";
import { book, ended, eventOf, fill, intent, result, signal, WIDE } from "../../support/trading_events.ts";

/** Small logs by hand, to be made wrong in one way: whoever is to find what is broken must be seen to. */

const base = configWith([
  'strategy.list=[{"id":"alpha","name":"momentum","capital":"1000","parameters":{}}]',
  'execution.fees={"maker":"0.001","taker":"0.001"}',
  "execution.latency_ms=0",
]);

let ids = 0;
const id = () => `event-${++ids}`;
export const input = (event: Event): Event => ({ ...event, id: id() } as Event);
export const answering = (cause: Event, event: Event): Event =>
  ({ ...event, id: id(), payload: { ...event.payload, cause: cause.id } }) as unknown as Event;
export const action = (
  ts: number,
  verb: RiskVerb,
  reason_code: string,
  scope: Partial<Payloads["risk_action"]> = {},
): Event =>
  eventOf("risk_action", ts, { strategy_id: null, symbol: null, action: verb, reason_code, ...scope });

/** A tick, a wish that it brings about, the order and what comes of it. */
export function turn(
  ts: number,
  side: "BUY" | "SELL",
  rest: (wish: Event) => readonly Event[],
): readonly Event[] {
  const tick = input(book(ts, "99.9", "100.1"));
  const wish = answering(tick, signal(ts, side));
  return [tick, wish, ...rest(wish)];
}

export const price: Partial<OrderIntent> = { facts: { price: 10_010_000_000 } };
/** Buys 1 at 100.1 by order `number`. */
export const bought = (ts: number, number: number = 1): readonly Event[] =>
  turn(ts, "BUY", (wish) => {
    const order = answering(wish, intent(ts, number, price));
    return [order, answering(order, result(ts, number, "ACCEPTED"))];
  }).concat([filled(ts + 1, number)].flat());
export function filled(ts: number, number: number, more: Partial<Payloads["fill"]> = {}): readonly Event[] {
  const tick = input(book(ts, "99.9", "100.1"));
  const qty = more.qty ?? "1";
  return [
    tick,
    answering(tick, fill(ts, number, { price: "100.1", fee: "0.1001", ...more })),
    answering(tick, result(ts, number, "FILLED", qty)),
  ];
}
export const sold = (ts: number, number: number): readonly Event[] =>
  turn(ts, "SELL", (wish) => {
    const order = answering(wish, intent(ts, number, { side: "SELL", facts: { price: 9_990_000_000 } }));
    return [order, answering(order, result(ts, number, "ACCEPTED"))];
  }).concat(filled(ts + 1, number, { side: "SELL", price: "99.9", fee: "0.0999" }));
export const over = (ts: number): readonly Event[] => [input(ended(ts))];

export function check(events: readonly Event[], risk: Partial<RiskConfig> = {}): void {
  const invariants = simInvariants({ ...base, risk: { ...WIDE, ...risk } });
  for (const event of events) invariants.take(event);
  invariants.end();
}

/** What is to be found, in which log, as what, under which limits beside wide ones. */
export type Row = readonly [what: string, events: readonly Event[], why: RegExp, risk?: Partial<RiskConfig>];

export function finds([, events, why, risk]: Row): void {
  assert.throws(() => check(events, risk), (error: Error) => {
    if (why.test(error.message)) return true;
    throw new Error(`found, but as: ${error.message}`);
  });
}
