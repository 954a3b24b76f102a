import { VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueFault } from "../../src/core/config.ts";
import type { MarketTick } from "../../src/core/event.ts";
import type { Machine } from "../../src/core/machine.ts";
import { randomStream } from "../../src/core/random.ts";
import { binanceFeed } from "../../src/streams/sources/binance/binance_feed.ts";
import type { VenueMessage } from "../../src/streams/sources/binance/venue_message.ts";
import { embeddedMarket, type MarketState } from "../../src/streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../../src/streams/sources/embedded/embedded_venue.ts";
import type { VenueAccount } from "../../src/streams/sources/embedded/venue_account.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { eventsOf } from "../support/night_events.ts";
import { configWith } from "../support/repo_config.ts";
import { SIM_START_TS, type SimNight, simNight } from "../support/sim_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";
import { runVirtually, STEP_MS, wiredVenue } from "../support/wired_venue.ts";

/** Whole nights over the venue's protocol, each with a fault: the certificate must tell what the venue did, exactly. */

interface FaultNight extends SimNight {
  readonly account: VenueAccount;
  readonly feed: Readonly<Record<string, number>>;
  /** What happened on the market from the first journaled trade of each symbol on. */
  readonly trades: ReadonlyMap<string, readonly number[]>;
  readonly ticks: readonly MarketTick[];
}

async function nightWith(
  faults: readonly Partial<VenueFault>[],
  sets: readonly string[],
): Promise<FaultNight> {
  const config = configWith([
    `market.embedded.faults=${JSON.stringify(faults)}`,
    "binance.probe_every_ms=2000",
    ...sets,
  ]);
  const scheduler = new VirtualTimeScheduler();
  const clock = { now: () => SIM_START_TS + scheduler.now() };
  const happened: VenueMessage[] = [];
  const { symbols } = config;
  const { ticks_per_s: ticksPerS } = config.market.embedded;
  const market = embeddedMarket({ seed: 7, symbols, startTs: SIM_START_TS, ticksPerS });
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
    clock,
    speed: 1,
    scheduler,
    startTs: SIM_START_TS,
  });
  const { dialer, get } = wiredVenue(venue, scheduler);
  const feed = binanceFeed({
    venue: "embedded",
    priceSource: "embedded",
    symbols,
    binance: { ...config.binance, ws_url: "ws://venue", rest_url: "http://venue" },
    book: config.market.book,
    gapTradesMax: config.market.gap.trades_max,
    clock,
    elapsed: scheduler,
    scheduler,
    random: randomStream(7, "feed"),
    dialer,
    get,
    onUnusable: () => {},
  });
  const files = memoryFiles();
  const night = await runVirtually(
    scheduler,
    (onStarted) => simNight({ config, files, feed, pace: { clock, speed: 1, scheduler }, onStarted }),
  );
  const events = eventsOf(files, night.runFolder);
  const ticks = events.flatMap((event) => event.type === "market_tick" ? [event.payload] : []);
  return {
    ...night,
    account: venue.account(),
    feed: night.report["feed"] as FaultNight["feed"],
    trades: tradesFrom(happened, ticks),
    ticks,
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

function journaledTrades(ticks: readonly MarketTick[]): Map<string, number[]> {
  const bySymbol = new Map<string, number[]>();
  for (const tick of ticks) {
    if (tick.kind !== "trade") continue;
    bySymbol.set(tick.symbol, [...(bySymbol.get(tick.symbol) ?? []), tick.trade_id]);
  }
  return bySymbol;
}

/** Nothing lost, nothing doubled, and the run verifies. */
function proveWhole(night: FaultNight): void {
  assert.is(night.verdict, "PASS", JSON.stringify(night.stop));
  const sorted = [...journaledTrades(night.ticks)].map(([symbol, ids]) =>
    [symbol, ids.sort((a, b) => a - b)] as const
  );
  for (const [symbol, ids] of sorted) assert.equal(ids, night.trades.get(symbol), symbol);
  const quotes = night.ticks.flatMap((tick) =>
    tick.kind === "book" ? [`${tick.symbol} ${tick.update_id}`] : []
  );
  assert.is(new Set(quotes).size, quotes.length);
  assert.equal(verifyInMemory(night).findings.problems, []);
  assert.is(night.feed["events"], night.ticks.length);
  assert.is(night.feed["missing_trades"], 0);
  assert.is(night.feed["healed"], night.feed["gaps"]);
}

const MINUTE = ["duration_ms=60000"];

test("a night without faults has a clean certificate", async () => {
  const night = await nightWith([], MINUTE);
  proveWhole(night);
  const { events: _, clock_offset_ms: offset, ...counts } = night.feed;
  assert.equal(counts, {
    gaps: 0,
    healed: 0,
    missing_trades: 0,
    duplicates: 0,
    conflated: 0,
    bad_frames: 0,
    stalled_s: 0,
    reconnects: 0,
    connects: 1,
    connected: true,
    freezes: 0,
    errors: 0,
  });
  const { min, max } = offset as unknown as { readonly min: number; readonly max: number };
  assert.ok(min >= -STEP_MS && max <= STEP_MS, `the clock's offset is from ${min} to ${max}`);
});

test("connections that are cut are made anew, and what was missed is fetched", async () => {
  const night = await nightWith([{ kind: "disconnect", after_ms: 5000, every_ms: 10_000 }], [
    ...MINUTE,
    "binance.backoff.most_ms=1000",
  ]);
  proveWhole(night);
  assert.is(night.account.disconnects, 6);
  assert.is(night.feed["reconnects"], 6);
  assert.is(night.feed["connects"], 7);
});

test("a connection that says nothing is replaced, and its silence is counted", async () => {
  const stall = { kind: "stall", after_ms: 10_000, for_ms: 8000 } as const;
  const night = await nightWith([stall], [...MINUTE, "binance.stall_ms=2000"]);
  proveWhole(night);
  assert.is(night.account.stalls, 1);
  assert.ok(night.account.stalledTrades > 0);
  assert.ok(night.feed["gaps"]! > 0);
  assert.ok(night.feed["stalled_s"]! >= 7 && night.feed["stalled_s"]! <= 9, String(night.feed["stalled_s"]));
});

test("withheld trades are seen as gaps and fetched", async () => {
  const night = await nightWith([{ kind: "gap", after_ms: 5000, every_ms: 5000, count: 7 }], MINUTE);
  proveWhole(night);
  assert.ok(night.account.gaps >= 10, String(night.account.gaps));
  assert.is(night.feed["gaps"], night.account.gaps);
  assert.is(night.feed["freezes"], night.account.gaps);
});

test("messages sent twice are dropped and counted", async () => {
  const night = await nightWith([{ kind: "duplicate", after_ms: 5000, every_ms: 5000, count: 9 }], MINUTE);
  proveWhole(night);
  assert.is(night.account.duplicates, 11 * 9);
  assert.is(night.feed["duplicates"], night.account.duplicates);
});

test("messages that are none are counted", async () => {
  const night = await nightWith([{ kind: "bad_frame", after_ms: 5000, every_ms: 10_000, count: 3 }], MINUTE);
  proveWhole(night);
  assert.is(night.account.badFrames, 18);
  assert.is(night.feed["bad_frames"], 18);
});

for (const kind of ["error_5xx", "too_many", "slow"] as const) {
  test(`a venue whose answers are ${kind} for a while is told by its health, and the night goes on`, async () => {
    const night = await nightWith([{ kind, after_ms: 10_000, for_ms: 10_000 }], MINUTE);
    proveWhole(night);
    assert.ok(night.account.restFaults > 0);
    assert.ok(night.feed["errors"]! > 0);
  });
}

test("500 reconnects lose nothing and double nothing", async () => {
  const night = await nightWith([{ kind: "disconnect", after_ms: 2000, every_ms: 4000 }], [
    "duration_ms=2041000",
    "market.embedded.ticks_per_s=4",
    "binance.backoff.first_ms=100",
    "binance.backoff.most_ms=400",
    "binance.attempts.limit=300",
    "logging.metrics_every_ms=60000",
    "logging.rotate_bytes=65536", // files in memory are copied at every write
    "logging.commit_ms=500",
    "binance.probe_every_ms=10000",
  ]);
  proveWhole(night);
  assert.ok(night.account.disconnects >= 500, String(night.account.disconnects));
  assert.is(night.feed["reconnects"], night.account.disconnects);
});

test.run();
