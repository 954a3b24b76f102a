import { test } from "uvu";
import * as assert from "uvu/assert";
import { configWith } from "../support/repo_config.ts";
import { spoiledWire, WIRE_FAULTS, type WireFault } from "../support/spoiled_wire.ts";
import { journaledTrades, type VenueNight, venueNight } from "../support/venue_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

/** Nights on a socket that does to frames what no venue would tell of: each trade is there once, or its gap is. */

export const SEEDS: readonly number[] = [1, 2];

const config = configWith([
  "duration_ms=30000",
  "binance.probe_every_ms=2000",
  "logging.rotate_bytes=65536", // so that files rotate on the way
  "logging.commit_ms=500",
]);
/** What costs a connection or seconds is rarer. */
const oneOf = (fault: WireFault): number => fault === "stall" || fault === "cut" ? 100 : 25;

function proveEachOnce(night: VenueNight, what: string): void {
  let missing = 0;
  for (const [symbol, ids] of journaledTrades(night.ticks)) {
    const journaled = new Set(ids);
    const happened = night.trades.get(symbol)!;
    assert.is(journaled.size, ids.length, `${what}: a trade of ${symbol} stands there twice`);
    assert.ok(ids.every((id) => happened.includes(id)), `${what}: a trade of ${symbol} that never was`);
    missing += happened.filter((id) => !journaled.has(id)).length;
  }
  assert.is(night.feed["missing_trades"], missing, what);
  const isOpen = night.feed["gaps"]! > night.feed["healed"]!;
  assert.is(isOpen, missing > 0, `${what}: ${missing} trades are missing`);
}

for (const fault of WIRE_FAULTS) {
  test(`a night on a socket with the fault "${fault}" has each trade once, or says what is missing`, async () => {
    for (const seed of SEEDS) {
      const wire = spoiledWire(fault, oneOf(fault), seed);
      const night = await venueNight(config, { spoil: wire.spoil });
      const what = `${fault}, seed ${seed}`;
      proveEachOnce(night, what);
      assert.ok(wire.count() > 0, what);
      assert.equal(verifyInMemory(night).findings.problems, [], what);
      const isSpoiled = fault === "corrupt" || fault === "halve" || fault === "join";
      if (isSpoiled) assert.ok(night.feed["bad_frames"]! > 0, what);
      if (!isSpoiled || night.verdict === "PASS") assert.is(night.verdict, "PASS", what);
      else assert.is(night.stop?.reason_code, "VENUE_ERRORS", what);
    }
  });
}

test.run();
