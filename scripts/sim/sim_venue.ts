import type { Config } from "../../src/core/config.ts";
import { randomStream } from "../../src/core/random.ts";
import { binanceFeed } from "../../src/streams/sources/binance/binance_feed.ts";
import type { FeedPast } from "../../src/streams/sources/binance/feed_past.ts";
import type { Pace } from "../../src/streams/sources/drive.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../../src/streams/sources/embedded/embedded_venue.ts";
import type { MarketFeed } from "../../src/night/run_night.ts";
import { SIM_START_TS } from "../../test/support/sim_night.ts";
import { wiredVenue } from "../../test/support/wired_venue.ts";
import { FlatTime } from "./flat_time.ts";
import { NIGHT_MS } from "./sim_plan.ts";

/** The market behind the venue's protocol, its client, and the virtual time that both live in. */
export interface SimVenue {
  readonly scheduler: FlatTime;
  readonly pace: Pace;
  readonly feed: MarketFeed;
}

/** `past`: of a run that goes on; the market was there all the while. */
export function simVenue(
  config: Config,
  { seed, fromTs, past }: { readonly seed: number; readonly fromTs: number; readonly past: FeedPast | null },
): SimVenue {
  const scheduler = new FlatTime();
  const clock = { now: () => fromTs + scheduler.now() };
  const { symbols, market: { book, gap, embedded: { ticks_per_s: ticksPerS, faults } } } = config;
  const market = embeddedMarket({ seed, symbols, startTs: SIM_START_TS, ticksPerS });
  const common = { symbols, clock, scheduler };
  const venue = embeddedVenue({ ...common, market, ticksPerS, faults, speed: 1, startTs: SIM_START_TS });
  if (past !== null) venue.passOver();
  const feed = binanceFeed({
    ...common,
    ...wiredVenue(venue, scheduler),
    venue: "embedded",
    priceSource: "embedded",
    binance: { ...config.binance, ws_url: "ws://venue", rest_url: "http://venue" },
    book,
    past,
    gapTradesMax: gap.trades_max,
    elapsed: scheduler,
    random: randomStream(seed, "feed"),
    onUnusable: () => {},
  });
  return { scheduler, pace: { clock, speed: 1, scheduler }, feed };
}

/** Far more than a night that is stopped at its end takes. */
const MS_MAX = NIGHT_MS + 300_000;

/** Runs virtual time from when the night waits for its first input until it is done; promises settle between two steps. */
export async function runToEnd<Result>(
  timeOf: () => FlatTime | null,
  work: (onStarted: () => void) => Promise<Result>,
): Promise<Result> {
  let isDone = false;
  let begun = () => {};
  const isBegun = new Promise<void>((resolve) => begun = resolve);
  const result = work(begun).finally(() => {
    isDone = true;
    begun();
  });
  result.catch(() => {}); // it is awaited at the end
  await isBegun;
  const time = timeOf();
  while (!isDone && time !== null) {
    if (time.nextMs > MS_MAX) throw new Error("Hangs: the night has not ended, and nothing is due");
    time.maxFrames = time.nextMs;
    time.flush();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return await result;
}
