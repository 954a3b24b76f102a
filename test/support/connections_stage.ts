import type { BinanceConfig } from "../../src/core/config.ts";
import type { FeedCounts } from "../../src/core/feed_counts.ts";
import { type Connections, connections } from "../../src/streams/sources/binance/connections.ts";
import { dialSchedule } from "../../src/streams/sources/binance/dial_schedule.ts";
import { feedCountsOf, feedTally } from "../../src/streams/sources/binance/feed_tally.ts";
import { oneTimer } from "../../src/streams/sources/binance/one_timer.ts";
import { subscribedStreams } from "../../src/streams/sources/binance/subscribed_streams.ts";
import { type FakeVenue, fakeVenue } from "./fake_venue.ts";
import { tradeMessage } from "./feed_stage.ts";
import { configWith } from "./repo_config.ts";
import { SteppedTime } from "./stepped_time.ts";

/** The connections of a feed of BTCUSDT before a fake venue, and what they told. */
export interface ConnectionsStage {
  readonly time: SteppedTime;
  readonly venue: FakeVenue;
  readonly lines: Connections;
  readonly told: string[];
  readonly errors: readonly unknown[];
  /** The venue says that there was a trade. */
  trade(id: number): void;
  /** Goes on with a trade every second, so that nothing is silent. */
  flow(ms: number): Promise<void>;
  /** What was worth saying at once, with its time. */
  notes(): readonly string[];
  dialedMs(): readonly number[];
  counts(): FeedCounts;
}

const DEFAULTS = configWith().binance;

/** All waits of the backoff are half of what they may be: 250, 500, 1000, … ms. */
export function connectionsStage(changes: Partial<BinanceConfig> = {}): ConnectionsStage {
  const config = { ...DEFAULTS, ...changes };
  const time = new SteppedTime();
  const venue = fakeVenue(time, () => 0);
  const told: string[] = [];
  const errors: unknown[] = [];
  const tally = feedTally(0);
  const elapsed = { now: () => time.frame };
  const lines = connections({
    config,
    frames: {
      streams: subscribedStreams(["BTCUSDT"]),
      tick: { venue: "binance", priceSource: "binance" },
      bytesMax: config.frame_bytes_max,
    },
    dialer: venue.dialer,
    elapsed,
    schedule: dialSchedule(config, { next: () => 0.5, below: () => 0, bell: () => 0 }),
    tally,
    timer: oneTimer(time, (error) => errors.push(error)),
  }, {
    ticked: (tick) => told.push(`${tick.kind} ${"trade_id" in tick ? tick.trade_id : tick.update_id}`),
    unusable: ({ code }) => told.push(code),
    ready() {},
    changed: (note) => told.push(`${time.frame} ${note}`),
    failed: (error) => errors.push(error),
  });
  const trade = (id: number) => venue.publish("btcusdt@trade", tradeMessage(id));
  const flow = async (ms: number) => {
    for (let i = 0; i < ms / 1000; i++) {
      await time.advance(1000);
      trade(time.frame);
    }
  };
  const notes = () => told.filter((text) => /^\d/.test(text));
  const dialedMs = () => venue.sockets.map((socket) => socket.dialedMs);
  const counts = () =>
    feedCountsOf(tally, {
      nowMs: time.frame,
      stallMs: config.stall_ms,
      connected: lines.isConnected,
      conflated: 0,
    });
  return { time, venue, told, errors, lines, trade, flow, notes, dialedMs, counts };
}
