import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueFault } from "../../src/core/config.ts";
import { configWith } from "../support/repo_config.ts";
import { journaledTrades, type VenueNight, venueNight } from "../support/venue_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";
import { WIRE_MS } from "../support/wired_venue.ts";

/** Whole nights over the venue's protocol, each with a fault: the certificate must tell what the venue did, exactly. */

function nightWith(faults: readonly Partial<VenueFault>[], sets: readonly string[]): Promise<VenueNight> {
  const injected = `market.embedded.faults=${JSON.stringify(faults)}`;
  return venueNight(configWith([injected, "binance.probe_every_ms=2000", ...sets]));
}

/** Nothing lost, nothing doubled, and the run verifies. */
function proveWhole(night: VenueNight): void {
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
  assert.ok(min >= -WIRE_MS && max <= WIRE_MS, `the clock's offset is from ${min} to ${max}`);
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
    "logging.rotate_bytes=65536", // so that files rotate on the way
    "logging.commit_ms=500",
    "binance.probe_every_ms=10000",
  ]);
  proveWhole(night);
  assert.ok(night.account.disconnects >= 500, String(night.account.disconnects));
  assert.is(night.feed["reconnects"], night.account.disconnects);
});

test.run();
