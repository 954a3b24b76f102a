import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/core/config.ts";
import type { Event, MarketTick } from "../../src/core/event.ts";
import type { ClosedRun } from "../../src/night/close_run.ts";
import { openRunGate, readBasis } from "../../src/night/run_basis.ts";
import { type CrashedNight, diskOf } from "../support/crashed_nights.ts";
import type { FlatTime } from "../support/flat_time.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { eventsOf } from "../support/night_events.ts";
import { CONFIG_SCHEMA, configWith } from "../support/repo_config.ts";
import { resumeOn } from "../support/resumed_nights.ts";
import { venueNight } from "../support/venue_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";
import { virtualVenue } from "../support/virtual_venue.ts";
import { runVirtually } from "../support/wired_venue.ts";

/** A night over the venue's protocol whose process is killed: the venue goes on meanwhile. */

const SEED = 7;
const config = configWith([
  "duration_ms=120000",
  "market.stale.freeze_ms=5000",
  "market.stale.stop_ms=20000",
  "binance.lost_after_ms=20000",
  "binance.probe_every_ms=2000",
  "logging.rotate_bytes=65536", // so that files rotate on the way
  "logging.commit_ms=500",
]);

/** The disk some forty seconds after the start, between an ack and its cursor. */
let killed: ReadonlyMap<string, Uint8Array> = new Map();
const files = memoryFiles();
let anchors = 0;
files.fault = (call, path) => {
  if (call !== "rename" || !path.includes("/market_ticks/cursor") || ++anchors !== 40) return;
  killed = new Map(files.contents);
};
const night = await venueNight(config, { seed: SEED, files });

/** Goes on so much later, on a venue that was there all the while. */
async function goOn(
  disk: MemoryFiles,
  downMs: number,
  more: Partial<Config["market"]> = {},
): Promise<ClosedRun> {
  const basis = readBasis(disk, night.runFolder, CONFIG_SCHEMA);
  const gate = await openRunGate(disk, night.runFolder, basis);
  const from = { night, config: { ...config, market: { ...config.market, ...more } }, gate };
  let time: FlatTime | null = null;
  const closed = await runVirtually(
    () => time,
    config.duration_ms,
    (onStarted) =>
      resumeOn(from as unknown as CrashedNight, disk, {
        downMs,
        onStarted,
        market(past, fromTs) {
          const venue = virtualVenue(from.config, { seed: SEED, fromTs, past });
          time = venue.scheduler;
          return venue;
        },
      }),
  );
  if ("kind" in closed) throw new Error(closed.why);
  return closed;
}

const ticksIn = (events: readonly Event[]): readonly MarketTick[] =>
  events.flatMap((event) => event.type === "market_tick" ? [event.payload] : []);
const actionsIn = (events: readonly Event[]): readonly string[] =>
  events.flatMap(({ type, payload }) =>
    type === "risk_action" && payload.reason_code.startsWith("FEED_") && payload.symbol === "BTCUSDT"
      ? [`${payload.action} ${payload.reason_code}`]
      : []
  );

for (
  const [downMs, frozen] of [[3000, []], [30_000, ["FREEZE FEED_STALE", "UNFREEZE FEED_STALE"]]] as const
) {
  test(`a night that goes on after ${downMs} ms has every trade once, and its certificate says what happened`, async () => {
    const disk = diskOf(killed);
    const { length: before } = eventsOf(disk, night.runFolder);
    const { verdict, stop, report } = await goOn(disk, downMs);
    assert.is(verdict, "PASS", JSON.stringify(stop));
    assert.equal(verifyInMemory(night, disk).findings.problems, []);
    const events = eventsOf(disk, night.runFolder);
    for (const symbol of config.symbols) {
      const ids = ticksIn(events).flatMap((tick) =>
        tick.kind === "trade" && tick.symbol === symbol ? [tick.trade_id] : []
      ).sort((a, b) => a - b);
      assert.equal(ids, ids.map((_, i) => ids[0]! + i), symbol);
      const updates = ticksIn(events).flatMap((tick) =>
        tick.kind === "book" && tick.symbol === symbol ? [tick.update_id] : []
      );
      assert.ok(updates.every((id, i) => i === 0 || id > updates[i - 1]!), symbol);
    }
    const feed = report["feed"] as Readonly<Record<string, number>>;
    assert.equal([feed["connects"], feed["reconnects"], feed["missing_trades"], feed["errors"]], [
      2,
      1,
      0,
      0,
    ]);
    assert.is(feed["gaps"], feed["healed"]);
    assert.ok(feed["gaps"]! >= 2);
    const gap = ["FREEZE FEED_GAP", "UNFREEZE FEED_GAP"];
    assert.equal([...actionsIn(events.slice(before))].sort(), [...frozen, ...gap].sort());
    const first = events.findIndex((event, n) => n >= before && event.type === "fill");
    assert.ok(first > before, "it goes on trading");
  });
}

test("a night that has missed more trades than may be fetched stops with the first of them", async () => {
  const gap = { ...config.market.gap, trades_max: 100 };
  const { stop } = await goOn(diskOf(killed), 30_000, { gap });
  assert.is(stop?.reason_code, "FEED_GAP");
});

test.run();
