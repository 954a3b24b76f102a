import { NEVER, type Observable, type SchedulerLike, VirtualTimeScheduler } from "rxjs";
import type { Config } from "../../src/core/config.ts";
import type { AnyDraft, Event, MarketTick } from "../../src/core/event.ts";
import type { Machine } from "../../src/core/machine.ts";
import { randomStream } from "../../src/core/random.ts";
import { forwardClock } from "../../src/edge/clocks.ts";
import { binanceFeed } from "../../src/streams/sources/binance/binance_feed.ts";
import type { VenueMessage } from "../../src/streams/sources/binance/venue_message.ts";
import { embeddedMarket, type MarketState } from "../../src/streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../../src/streams/sources/embedded/embedded_venue.ts";
import type { VenueAccount } from "../../src/streams/sources/embedded/venue_account.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { SIM_START_TS, type SimNight, simNight } from "./sim_night.ts";
import { runVirtually, type Wire, wiredVenue } from "./wired_venue.ts";

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
    /** What is between the venue and its client. */
    readonly spoil?: (wire: Wire, scheduler: SchedulerLike) => Wire;
    readonly jump?: ClockJump;
  } = {},
): Promise<VenueNight> {
  const { seed = 7, files = memoryFiles(), operatorOf = () => NEVER, spoil = (wire) => wire } = options;
  const scheduler = new VirtualTimeScheduler();
  const jumped = (byMs: number = 0) =>
    options.jump !== undefined && scheduler.now() >= options.jump.atMs ? byMs : 0;
  const trueClock = { now: () => SIM_START_TS + scheduler.now() + jumped(options.jump?.trueMs) };
  const elapsed = { now: () => scheduler.now() + jumped(options.jump?.elapsedMs) };
  const dateMs = () => SIM_START_TS + scheduler.now() + jumped(options.jump?.dateMs);
  const clock = options.jump === undefined ? trueClock : forwardClock(dateMs, elapsed.now);
  const happened: VenueMessage[] = [];
  const { symbols } = config;
  const { ticks_per_s: ticksPerS } = config.market.embedded;
  const market = embeddedMarket({ seed, symbols, startTs: SIM_START_TS, ticksPerS });
  const watched: Machine<MarketState, number, VenueMessage> = {
    ...market,
    step(state, ts) {
      const [next, messages] = market.step(state, ts);
      happened.push(...messages);
      return [next, messages];
    },
  };
  const venue = embeddedVenue({
    market: watched,
    symbols,
    ticksPerS,
    faults: config.market.embedded.faults,
    clock: trueClock,
    speed: 1,
    scheduler,
    startTs: SIM_START_TS,
  });
  const { dialer, get } = spoil(wiredVenue(venue, scheduler), scheduler);
  const feed = binanceFeed({
    venue: "embedded",
    priceSource: "embedded",
    symbols,
    binance: { ...config.binance, ws_url: "ws://venue", rest_url: "http://venue" },
    book: config.market.book,
    gapTradesMax: config.market.gap.trades_max,
    clock,
    elapsed,
    scheduler,
    random: randomStream(seed, "feed"),
    dialer,
    get,
    onUnusable: () => {},
  });
  const night = await runVirtually(
    scheduler,
    (onStarted) =>
      simNight({
        config,
        files,
        feed,
        pace: { clock, speed: 1, scheduler },
        onStarted,
        operator$: operatorOf(scheduler),
      }),
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
