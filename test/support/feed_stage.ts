import type { BinanceConfig } from "../../src/core/config.ts";
import type { AnyDraft, BookTick, Health, TradeTick } from "../../src/core/event.ts";
import type { FeedCounts } from "../../src/core/feed_counts.ts";
import { randomStream } from "../../src/core/random.ts";
import {
  type BinanceFeed,
  binanceFeed,
  type BinanceFeedOptions,
} from "../../src/streams/sources/binance/binance_feed.ts";
import type { UnusableLetter } from "../../src/streams/sources/binance/unusable_letters.ts";
import { type FakeVenue, fakeVenue } from "./fake_venue.ts";
import { configWith } from "./repo_config.ts";
import { SteppedTime } from "./stepped_time.ts";

/** A feed before a fake venue in virtual time, and all that came out of it. */
export interface FeedStage {
  readonly time: SteppedTime;
  readonly venue: FakeVenue;
  readonly feed: BinanceFeed;
  readonly drafts: readonly AnyDraft[];
  readonly letters: readonly UnusableLetter[];
  readonly errors: readonly unknown[];
  /** Milliseconds by which the log's clock is ahead of real time, or goes faster. */
  readonly clock: { aheadMs: number; speed: number };
  start(): void;
  stop(): void;
  trades(): readonly TradeTick[];
  quotes(): readonly BookTick[];
  healths(): readonly FeedHealth[];
  health(): FeedHealth;
}

export type FeedHealth = Health & { readonly feed: FeedCounts };

export const START_TS = 1_700_000_000_000;
const DEFAULTS: BinanceConfig = configWith().binance;

export function feedStage(
  options: { readonly binance?: Partial<BinanceConfig> } & Partial<Omit<BinanceFeedOptions, "binance">> = {},
): FeedStage {
  const time = new SteppedTime();
  const clock = { aheadMs: 0, speed: 1 };
  const venue = fakeVenue(time, () => START_TS + time.frame * clock.speed);
  const drafts: AnyDraft[] = [];
  const letters: UnusableLetter[] = [];
  const errors: unknown[] = [];
  const feed = binanceFeed({
    venue: "binance",
    priceSource: "binance",
    symbols: ["BTCUSDT", "ETHUSDT"],
    book: "every",
    gapTradesMax: 5000,
    clock: { now: () => START_TS + clock.aheadMs + time.frame * clock.speed },
    elapsed: { now: () => time.frame },
    scheduler: time,
    random: randomStream(7, "feed"),
    dialer: venue.dialer,
    get: venue.get,
    onUnusable: (letter) => letters.push(letter),
    ...options,
    binance: { ...DEFAULTS, ...options.binance },
  });
  let stop = () => {};
  const payloads = (type: AnyDraft["type"]) =>
    drafts.filter((draft) => draft.type === type).map(({ payload }) => payload);
  const stage: FeedStage = {
    time,
    venue,
    feed,
    drafts,
    letters,
    errors,
    clock,
    start() {
      const subscription = feed.arrival$.subscribe({
        next: (draft) => drafts.push(draft),
        error: (error) => errors.push(error),
      });
      stop = () => subscription.unsubscribe();
    },
    stop: () => stop(),
    trades: () =>
      payloads("market_tick").filter((tick) => (tick as TradeTick).kind === "trade") as TradeTick[],
    quotes: () => payloads("market_tick").filter((tick) => (tick as BookTick).kind === "book") as BookTick[],
    healths: () => payloads("health") as FeedHealth[],
    health: () => stage.healths().at(-1)!,
  };
  return stage;
}

export function tradeMessage(id: number, symbol = "BTCUSDT"): Record<string, unknown> {
  const ts = START_TS + id;
  return { e: "trade", E: ts, s: symbol, t: id, p: "100.50000000", q: "0.10000000", T: ts, m: true, M: true };
}

export function quoteMessage(id: number, bid = "100.00", symbol = "BTCUSDT"): Record<string, unknown> {
  return { u: id, s: symbol, b: bid, B: "1.00000000", a: "101.00", A: "2.00000000" };
}

/** What historicalTrades answers where the venue knows the trades `fromId` to `toId`. */
export function historicalTrades(path: string, toId: number): string {
  const fromId = Number(/fromId=(\d+)/.exec(path)![1]);
  const length = Math.max(0, Math.min(1000, toId - fromId + 1));
  return JSON.stringify(Array.from({ length }, (_, i) => ({
    id: fromId + i,
    price: "100.50000000",
    qty: "0.10000000",
    quoteQty: "10.05000000",
    time: START_TS + fromId + i,
    isBuyerMaker: true,
    isBestMatch: true,
  })));
}
