import type { AnyDraft, MarketTick } from "../../../core/event.ts";
import type { Machine } from "../../../core/machine.ts";
import type { Agenda } from "../agenda.ts";
import type { Arrivals } from "../binance/arrivals.ts";
import { tickOfMessage } from "../binance/tick_of_message.ts";
import type { VenueMessage } from "../binance/venue_message.ts";
import type { MarketState } from "./embedded_market.ts";

/**
 * The made-up market as an agenda of ticks. What cannot be a tick is handed to `onUnusable`. For a run that goes on it
 * happens again from its start, without what has `arrived` before.
 */
export function embeddedAgenda(
  market: Machine<MarketState, number, VenueMessage>,
  options: {
    readonly onUnusable: (message: VenueMessage, reason: string, ts: number) => void;
    readonly arrived?: Arrivals | null;
  },
): Agenda {
  const { onUnusable, arrived = null } = options;
  let state = market.initial();

  const isKnown = (tick: MarketTick, ts: number) => {
    if (arrived === null || tick.kind === "depth") return false;
    const arrival = arrived.take(tick, ts);
    return arrival === "duplicate" || arrival === "behind";
  };
  const ticksOfNext = (ts: number): readonly MarketTick[] => {
    const [next, messages] = market.step(state, state.nextTs);
    state = next;
    const ticks: MarketTick[] = [];
    for (const message of messages) {
      const tick = tickOfMessage(message, { venue: "embedded", priceSource: "embedded" });
      if (typeof tick === "string") onUnusable(message, tick, ts);
      else if (!isKnown(tick, ts)) ticks.push(tick);
    }
    return ticks;
  };

  /** The first that is new, looked for before anybody asks: what has happened must take no time of the night. */
  let found: readonly MarketTick[] = [];
  let foundTs = 0;
  while (arrived !== null && found.length === 0 && state.nextTs < Infinity) {
    foundTs = state.nextTs;
    found = ticksOfNext(foundTs);
  }
  return {
    get nextTs() {
      return found.length > 0 ? foundTs : state.nextTs;
    },
    take(nowTs) {
      const ticks = found.length > 0 ? found : ticksOfNext(nowTs);
      found = [];
      return ticks.map((payload): AnyDraft => ({
        type: "market_tick",
        source: "market_role",
        ts: nowTs,
        cause: null,
        payload,
      }));
    },
  };
}
