import type { Config } from "../core/config.ts";
import type { Deadletter, QueueSink } from "../core/ports.ts";
import { randomStream } from "../core/random.ts";
import { elapsedClock } from "../edge/clocks.ts";
import { serveVenue } from "../edge/venue_server.ts";
import type { NightParts } from "../night/run_night.ts";
import { type BinanceFeed, binanceFeed } from "../streams/sources/binance/binance_feed.ts";
import type { FeedPast } from "../streams/sources/binance/feed_past.ts";
import { embeddedAgenda } from "../streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../streams/sources/embedded/embedded_venue.ts";
import { asyncScheduler } from "rxjs";
import type { GuardedActs } from "./guarded_acts.ts";
import type { NightPlan } from "./night_plan.ts";

/**
 * Where a night's ticks come from: the made-up market inside (where time is virtual or runs), the same market behind a
 * venue of our own on loopback, or the live venue. The client of the last two is one and the same.
 */
export interface OpenMarket extends Pick<NightParts, "marketAgenda" | "feed"> {
  close(): Promise<void>;
}

export interface MarketSetting {
  readonly config: Config;
  readonly seed: number;
  readonly plan: NightPlan;
  readonly acts: Pick<GuardedActs, "network">;
  /** What a run that goes on knows of its feed. */
  readonly past?: FeedPast;
}

export async function openMarket(
  setting: MarketSetting,
  journal: Pick<QueueSink, "deadletter">,
): Promise<OpenMarket> {
  const { config, plan: { pace }, past } = setting;
  if (config.source === "binance") {
    return { marketAgenda: null, feed: feedOf(setting, journal, config.binance), close: async () => {} };
  }
  const { seed, plan: { startedTs: startTs } } = setting;
  const { ticks_per_s: ticksPerS, faults } = config.market.embedded;
  const market = embeddedMarket({ seed, symbols: config.symbols, startTs, ticksPerS });
  if (pace.setTs !== undefined || pace.speed > SOCKET_SPEED_MAX) {
    const arrived = past?.arrived ?? null;
    const agenda = embeddedAgenda(market, { onUnusable: unusableTo(journal), arrived });
    return { marketAgenda: agenda, feed: null, close: async () => {} };
  }
  const { symbols } = config;
  const { clock, speed } = pace;
  const venue = embeddedVenue({
    market,
    symbols,
    faults,
    clock,
    speed,
    scheduler: asyncScheduler,
    startTs,
    ticksPerS,
  });
  if (past !== undefined) venue.passOver();
  const server = await serveVenue(venue).catch((error) => {
    venue.close();
    throw error;
  });
  const { wsUrl: ws_url, restUrl: rest_url } = server;
  const feed = feedOf(setting, journal, { ...config.binance, ws_url, rest_url });
  const close = async () => {
    venue.close();
    await server.close();
  };
  return { marketAgenda: null, feed, close };
}

/** Faster, and a socket's few milliseconds would be seconds of the night. */
const SOCKET_SPEED_MAX = 20;

function feedOf(
  { config, seed, plan: { pace }, past, acts: { network } }: MarketSetting,
  journal: Pick<QueueSink, "deadletter">,
  binance: Config["binance"],
): BinanceFeed {
  return binanceFeed({
    venue: config.source,
    priceSource: config.source,
    symbols: config.symbols,
    binance,
    book: config.market.book,
    past: past ?? null,
    gapTradesMax: config.market.gap.trades_max,
    clock: pace.clock,
    elapsed: elapsedClock,
    scheduler: asyncScheduler,
    random: randomStream(seed, "feed"),
    dialer: network.dialer,
    get: network.get,
    onUnusable: (letter) => journal.deadletter({ queue: "market_ticks", ...letter }),
  });
}

/** What the market said and no tick can be made of goes to the deadletters of its queue. */
export function unusableTo(
  journal: Pick<QueueSink, "deadletter">,
): (message: unknown, reason: string, ts: number) => void {
  return (message, detail, ts) => {
    const raw = new TextEncoder().encode(JSON.stringify(message));
    const letter: Deadletter = { ts, queue: "market_ticks", reason_code: "TICK_UNUSABLE", detail, raw };
    journal.deadletter(letter);
  };
}
