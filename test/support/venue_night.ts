import { NEVER, type Observable, type SchedulerLike } from "rxjs";
import type { Config } from "../../src/core/config.ts";
import type { AnyDraft, Event, MarketTick } from "../../src/core/event.ts";
import { forwardClock } from "../../src/edge/clocks.ts";
import type { VenueMessage } from "../../src/streams/sources/binance/venue_message.ts";
import type { VenueAccount } from "../../src/streams/sources/embedded/venue_account.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { SIM_START_TS, type SimNight, simNight } from "./sim_night.ts";
import { type VirtualClocks, virtualVenue, type VirtualVenueOptions } from "./virtual_venue.ts";
import { runVirtually } from "./wired_venue.ts";

/** Whole nights over the venue's protocol in virtual time: the embedded venue with its faults, the client, the core. */

export interface VenueNight extends SimNight {
  readonly account: VenueAccount;
  readonly feed: Readonly<Record<string, number>>;
  /** What happened on the market from the first journaled trade of each symbol on. */
  readonly trades: ReadonlyMap<string, readonly number[]>;
  readonly ticks: readonly MarketTick[];
  readonly events: readonly Event[];
}

/** From `atMs` of the night on every clock is so much ahead of the time that the scheduler has. */
export interface ClockJump {
  readonly atMs: number;
  /** The venue's, which is right. */
  readonly trueMs?: number;
  /** That of our machine. */
  readonly dateMs: number;
  /** The one that nobody sets; it may stand still while a machine sleeps, or go on. */
  readonly elapsedMs?: number;
}

export async function venueNight(
  config: Config,
  options: {
    readonly seed?: number;
    readonly files?: MemoryFiles;
    readonly operatorOf?: (scheduler: SchedulerLike) => Observable<AnyDraft>;
    readonly spoil?: VirtualVenueOptions["spoil"];
    readonly jump?: ClockJump;
  } = {},
): Promise<VenueNight> {
  const { seed = 7, files = memoryFiles(), operatorOf = () => NEVER, spoil, jump } = options;
  const happened: VenueMessage[] = [];
  const { scheduler, venue, pace, feed } = virtualVenue(config, {
    seed,
    fromTs: SIM_START_TS,
    past: null,
    onHappened: (messages) => void happened.push(...messages),
    ...(spoil === undefined ? {} : { spoil }),
    ...(jump === undefined ? {} : { clocksOf: clocksWith(jump) }),
  });
  const night = await runVirtually(
    () => scheduler,
    config.duration_ms,
    (onStarted) => simNight({ config, files, feed, pace, onStarted, operator$: operatorOf(scheduler) }),
  );
  const events = eventsOf(files, night.runFolder);
  const ticks = events.flatMap((event) => event.type === "market_tick" ? [event.payload] : []);
  return {
    ...night,
    account: venue.account(),
    feed: night.report["feed"] as VenueNight["feed"],
    trades: tradesFrom(happened, ticks),
    ticks,
    events,
  };
}

const clocksWith = (jump: ClockJump) => (scheduler: SchedulerLike): VirtualClocks => {
  const { atMs, trueMs = 0, dateMs, elapsedMs = 0 } = jump;
  const ahead = (byMs: number) => scheduler.now() + (scheduler.now() >= atMs ? byMs : 0);
  const elapsed = { now: () => ahead(elapsedMs) };
  return {
    clock: forwardClock(() => SIM_START_TS + ahead(dateMs), elapsed.now),
    venueClock: { now: () => SIM_START_TS + ahead(trueMs) },
    elapsed,
  };
};

/** Ids of what happened between the first and the last trade that was journaled. */
function tradesFrom(happened: readonly VenueMessage[], ticks: readonly MarketTick[]): Map<string, number[]> {
  const bySymbol = new Map<string, number[]>();
  for (const [symbol, ids] of journaledTrades(ticks)) {
    const [first, last] = [Math.min(...ids), Math.max(...ids)];
    const all = happened.flatMap((message) => "e" in message && message.s === symbol ? [message.t] : []);
    bySymbol.set(symbol, all.filter((id) => id >= first && id <= last));
  }
  return bySymbol;
}

export function journaledTrades(ticks: readonly MarketTick[]): Map<string, number[]> {
  const bySymbol = new Map<string, number[]>();
  for (const tick of ticks) {
    if (tick.kind !== "trade") continue;
    bySymbol.set(tick.symbol, [...(bySymbol.get(tick.symbol) ?? []), tick.trade_id]);
  }
  return bySymbol;
}
