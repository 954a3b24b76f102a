import { asyncScheduler } from "rxjs";
import { systemClock } from "../src/edge/clocks.ts";
import { serveVenue } from "../src/edge/venue_server.ts";
import { embeddedMarket } from "../src/streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../src/streams/sources/embedded/embedded_venue.ts";

/** A venue on loopback that a night takes for Binance, and that can go away or tell the wrong time. */
export interface StandIn {
  readonly sets: readonly string[];
  /** Its clock minus the right one, from now on. */
  setClock(offsetMs: number): void;
  close(): Promise<void>;
}

const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const TICKS_PER_S = 20;

export async function standInVenue(): Promise<StandIn> {
  const startTs = systemClock.now();
  let offsetMs = 0;
  const venue = embeddedVenue({
    market: embeddedMarket({ seed: 7, symbols: SYMBOLS, startTs, ticksPerS: TICKS_PER_S }),
    symbols: SYMBOLS,
    ticksPerS: TICKS_PER_S,
    faults: [],
    clock: systemClock,
    speed: 1,
    scheduler: asyncScheduler,
    startTs,
  });
  const server = await serveVenue({
    ...venue,
    answer(method, path) {
      const answer = venue.answer(method, path);
      const body = answer.body.replace(/(?<="serverTime":)\d+/, (ts) => String(Number(ts) + offsetMs));
      return { ...answer, body };
    },
  });
  return {
    sets: [`binance.ws_url=${server.wsUrl}`, `binance.rest_url=${server.restUrl}`],
    setClock: (toMs) => offsetMs = toMs,
    async close() {
      venue.close();
      await server.close();
    },
  };
}
