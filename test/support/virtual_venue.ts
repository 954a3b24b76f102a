import type { Config } from "../../src/core/config.ts";
import type { Machine } from "../../src/core/machine.ts";
import type { Clock } from "../../src/core/ports.ts";
import { randomStream } from "../../src/core/random.ts";
import type { MarketFeed } from "../../src/night/run_night.ts";
import { binanceFeed } from "../../src/streams/sources/binance/binance_feed.ts";
import type { FeedPast } from "../../src/streams/sources/binance/feed_past.ts";
import type { VenueMessage } from "../../src/streams/sources/binance/venue_message.ts";
import type { Pace } from "../../src/streams/sources/drive.ts";
import { embeddedMarket, type MarketState } from "../../src/streams/sources/embedded/embedded_market.ts";
import { type EmbeddedVenue, embeddedVenue } from "../../src/streams/sources/embedded/embedded_venue.ts";
import { FlatTime } from "./flat_time.ts";
import { SIM_START_TS } from "./sim_night.ts";
import { type Wire, wiredVenue } from "./wired_venue.ts";

/** The market behind the venue's protocol, its client, and the virtual time that both live in. */
export interface VirtualVenue {
  readonly scheduler: FlatTime;
  readonly venue: EmbeddedVenue;
  readonly pace: Pace;
  readonly feed: MarketFeed;
}

export interface VirtualVenueOptions {
  readonly seed: number;
  readonly fromTs: number;
  /** Of a run that goes on; the market was there all the while. */
  readonly past: FeedPast | null;
  /** What happens on the market. */
  readonly onHappened?: (messages: readonly VenueMessage[]) => void;
  /** What is between the venue and its client. */
  readonly spoil?: (wire: Wire, scheduler: FlatTime) => Wire;
  /** Where they do not all go with the scheduler. */
  readonly clocksOf?: (scheduler: FlatTime) => VirtualClocks;
}

export interface VirtualClocks {
  /** That of our machine. */
  readonly clock: Clock;
  /** The venue's, which is right. */
  readonly venueClock: Clock;
  readonly elapsed: Clock;
}

export function virtualVenue(config: Config, options: VirtualVenueOptions): VirtualVenue {
  const { seed, fromTs, past, onHappened = () => {}, spoil = (wire) => wire } = options;
  const scheduler = new FlatTime();
  const ownClock = { now: () => fromTs + scheduler.now() };
  const { clock, venueClock, elapsed } = options.clocksOf?.(scheduler) ??
    { clock: ownClock, venueClock: ownClock, elapsed: scheduler };
  const { symbols, market: { book, gap, embedded: { ticks_per_s: ticksPerS, faults } } } = config;
  const startTs = SIM_START_TS;
  const market = watched(embeddedMarket({ seed, symbols, startTs, ticksPerS }), onHappened);
  const common = { symbols, scheduler };
  const venue = embeddedVenue({ ...common, clock: venueClock, market, ticksPerS, faults, speed: 1, startTs });
  if (past !== null) venue.passOver();
  const feed = binanceFeed({
    ...common,
    ...spoil(wiredVenue(venue, scheduler), scheduler),
    venue: "embedded",
    priceSource: "embedded",
    binance: { ...config.binance, ws_url: "ws://venue", rest_url: "http://venue" },
    book,
    past,
    gapTradesMax: gap.trades_max,
    clock,
    elapsed,
    random: randomStream(seed, "feed"),
    onUnusable: () => {},
  });
  return { scheduler, venue, pace: { clock, speed: 1, scheduler }, feed };
}

type Market = Machine<MarketState, number, VenueMessage>;

function watched(market: Market, onHappened: (messages: readonly VenueMessage[]) => void): Market {
  return {
    ...market,
    step(state, ts) {
      const [next, messages] = market.step(state, ts);
      onHappened(messages);
      return [next, messages];
    },
  };
}
