import type { AnyDraft } from "../../../core/event.ts";
import type { Machine } from "../../../core/machine.ts";
import type { Agenda } from "../agenda.ts";
import { tickOfMessage } from "../binance/tick_of_message.ts";
import type { VenueMessage } from "../binance/venue_message.ts";
import type { MarketState } from "./embedded_market.ts";

/** The made-up market as an agenda of ticks. What cannot be a tick is handed to `onUnusable`. */
export function embeddedAgenda(
  market: Machine<MarketState, number, VenueMessage>,
  options: { readonly onUnusable: (message: VenueMessage, reason: string, ts: number) => void },
): Agenda {
  let state = market.initial();
  return {
    get nextTs() {
      return state.nextTs;
    },
    take(nowTs) {
      const [next, messages] = market.step(state, state.nextTs);
      state = next;
      const drafts: AnyDraft[] = [];
      for (const message of messages) {
        const tick = tickOfMessage(message, { venue: "embedded", priceSource: "embedded" });
        if (typeof tick === "string") options.onUnusable(message, tick, nowTs);
        else {drafts.push({
            type: "market_tick",
            source: "market_role",
            ts: nowTs,
            cause: null,
            payload: tick,
          });}
      }
      return drafts;
    },
  };
}
