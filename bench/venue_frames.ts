import type { AnyDraft } from "../src/core/event.ts";
import type { Agenda } from "../src/streams/sources/agenda.ts";
import { tickOfMessage } from "../src/streams/sources/binance/tick_of_message.ts";
import { embeddedMarket } from "../src/streams/sources/embedded/embedded_market.ts";
import { SIM_START_TS } from "../test/support/sim_night.ts";

/** What a venue sends, as text, and the way from there into a night: one frame a millisecond. */
export function venueFrames(symbols: readonly string[], count: number): readonly string[] {
  const market = embeddedMarket({ seed: 1, symbols, startTs: SIM_START_TS, ticksPerS: 500 });
  let state = market.initial();
  const frames: string[] = [];
  while (frames.length < count) {
    const [next, messages] = market.step(state, state.nextTs);
    state = next;
    for (const message of messages) frames.push(JSON.stringify(message));
  }
  return frames.slice(0, count);
}

export function tickOfFrame(frame: string, ts: number): AnyDraft {
  const tick = tickOfMessage(JSON.parse(frame), { venue: "embedded", priceSource: "embedded" });
  if (typeof tick === "string") throw new Error(tick);
  return { type: "market_tick", source: "market_role", ts, cause: null, payload: tick };
}

export function frameAgenda(frames: readonly string[]): Agenda {
  let i = 0;
  return {
    get nextTs() {
      return i < frames.length ? SIM_START_TS + i : Infinity;
    },
    take: (ts) => [tickOfFrame(frames[i++]!, ts)],
  };
}
