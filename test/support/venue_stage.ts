import { VirtualTimeScheduler } from "rxjs";
import type { VenueFault } from "../../src/core/config.ts";
import type { VenueClient, VenueSession } from "../../src/core/ports.ts";
import type { VenueMessage } from "../../src/streams/sources/binance/venue_message.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { type EmbeddedVenue, embeddedVenue } from "../../src/streams/sources/embedded/embedded_venue.ts";
import type { VenueAccount } from "../../src/streams/sources/embedded/venue_account.ts";

/** An embedded venue in virtual time, and clients that keep what they hear. */

export const START_TS = 1_795_298_400_000;
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const STREAMS = ["btcusdt@trade", "btcusdt@bookTicker", "ethusdt@trade", "ethusdt@bookTicker"];
export const ALL: string = `/stream?streams=${STREAMS.join("/")}`;

export function fault(kind: VenueFault["kind"], more: Partial<VenueFault> = {}): VenueFault {
  return { kind, after_ms: 5000, every_ms: 0, for_ms: 3000, count: 1, ...more };
}

export interface Staged {
  readonly venue: EmbeddedVenue;
  readonly scheduler: VirtualTimeScheduler;
  /** The log's time; `jumpedMs` sets it forward. */
  readonly clock: { jumpedMs: number; now(): number };
  /** Real milliseconds from the start. */
  runTo(ms: number): void;
}

/** A venue in virtual time; the market is that of `seed`, ten messages a second and symbol. */
export function staged(
  options: { readonly faults?: readonly VenueFault[]; readonly speed?: number } = {},
): Staged {
  const { faults = [], speed = 1 } = options;
  const scheduler = new VirtualTimeScheduler();
  const clock = {
    jumpedMs: 0,
    now: (): number => START_TS + clock.jumpedMs + Math.floor(scheduler.now() * speed),
  };
  const market = embeddedMarket({ seed: 7, symbols: SYMBOLS, startTs: START_TS, ticksPerS: 10 });
  const venue = embeddedVenue({
    market,
    symbols: SYMBOLS,
    ticksPerS: 10,
    faults,
    clock,
    speed,
    scheduler,
    startTs: START_TS,
  });
  const runTo = (ms: number) => {
    scheduler.maxFrames = ms;
    scheduler.flush();
    scheduler.frame = ms;
  };
  return { venue, scheduler, clock, runTo };
}

export interface Client {
  readonly frames: [ts: number, frame: string | Uint8Array][];
  readonly cutTs: number[];
  readonly session: VenueSession;
}

/** A client that answers pings; what it hears, and when it was cut. */
export function joined({ venue, clock }: Staged, path: string = ALL): Client {
  const frames: [ts: number, frame: string | Uint8Array][] = [];
  const cutTs: number[] = [];
  const client: VenueClient = {
    send: (frame) => frames.push([clock.now(), frame]),
    ping: (payload) => session.ponged(payload),
    close() {
      cutTs.push(clock.now());
      session.closed();
    },
  };
  const session = venue.accept(path, client);
  return { frames, cutTs, session };
}

/** The messages of combined frames, those that are none left out. */
export function messagesOf({ frames }: Client): VenueMessage[] {
  return frames.flatMap(([, frame]) => {
    try {
      return [JSON.parse(frame as string).data];
    } catch {
      return [];
    }
  });
}

/** The market's own messages of the first `ms`, without any venue. */
export function market(ms: number): VenueMessage[] {
  const machine = embeddedMarket({ seed: 7, symbols: SYMBOLS, startTs: START_TS, ticksPerS: 10 });
  let state = machine.initial();
  const all: VenueMessage[] = [];
  while (state.nextTs <= START_TS + ms) {
    const [next, messages] = machine.step(state, state.nextTs);
    state = next;
    all.push(...messages);
  }
  return all;
}

export function faulty(account: VenueAccount): Partial<VenueAccount> {
  return Object.fromEntries(Object.entries(account).filter(([name, n]) => n > 0 && name !== "connections"));
}

export const MINUTE = 60_000;
