import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT } from "../support/short_night.ts";
import { SIM_START_TS } from "../support/sim_night.ts";
import { type ClockJump, journaledTrades, type VenueNight, venueNight } from "../support/venue_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

/** The machine's clock is set, or the machine sleeps, in the middle of a night that trades. */

const AT_MS = 20_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

interface Case {
  readonly what: string;
  readonly jump: Omit<ClockJump, "atMs">;
  /** Null: it ends in order. */
  readonly stop: string | null;
}

const CASES: readonly Case[] = [
  { what: "set an hour ahead", jump: { dateMs: HOUR_MS }, stop: "VENUE_LOST" },
  { what: "set an hour back", jump: { dateMs: -HOUR_MS }, stop: null },
  { what: "set a minute ahead", jump: { dateMs: MINUTE_MS }, stop: "CLOCK_SKEW" },
  { what: "set a minute back", jump: { dateMs: -MINUTE_MS }, stop: null },
  { what: "asleep for an hour", jump: { dateMs: HOUR_MS, trueMs: HOUR_MS }, stop: "VENUE_LOST" },
  {
    what: "asleep for an hour that every clock has counted",
    jump: { dateMs: HOUR_MS, trueMs: HOUR_MS, elapsedMs: HOUR_MS },
    stop: "VENUE_LOST",
  },
  { what: "asleep for a minute", jump: { dateMs: MINUTE_MS, trueMs: MINUTE_MS }, stop: null },
  {
    what: "asleep for a minute that every clock has counted",
    jump: { dateMs: MINUTE_MS, trueMs: MINUTE_MS, elapsedMs: MINUTE_MS },
    stop: null,
  },
];

const configOf = (durationMs: number) =>
  configWith([
    ...SHORT_NIGHT,
    `duration_ms=${durationMs}`,
    "binance.probe_every_ms=2000",
    "binance.clock.stop_ms=20000",
    "risk.cooldown.after_loss_ms=0",
    "risk.stoploss_guard.losses=100",
    "risk.trade_rate.limit=1000",
    "logging.rotate_bytes=65536", // so that files rotate on the way
    "logging.commit_ms=500",
  ]);

/** By the log's time, which is the machine's: when the night has jumped, and how old a price may be. */
const JUMP_TS = SIM_START_TS + AT_MS;
const limitMs = configOf(MINUTE_MS).risk.stale_price.limit_ms;

/** Every order has a quote of its symbol before it in the log that is young enough, and from behind the jump. */
function proveFreshPrices(events: readonly Event[], jumpMs: number, what: string): number {
  const quotedTs = new Map<string, number>();
  let behind = 0;
  for (const event of events) {
    if (event.type === "market_tick" && event.payload.kind === "book") {
      quotedTs.set(event.payload.symbol, event.ts);
    }
    if (event.type !== "order_intent") continue;
    const ts = quotedTs.get(event.payload.symbol)!;
    assert.ok(event.ts - ts <= limitMs, `${what}: an order by a price ${event.ts - ts} ms old`);
    if (event.ts < JUMP_TS + jumpMs) continue;
    assert.ok(ts >= JUMP_TS + jumpMs, `${what}: an order by a price from before the jump`);
    behind++;
  }
  return behind;
}

/** Until the jump is seen, by what it does to the prices or by the venue's clock, nothing is wrong. */
function proveNothingBehindFreeze(events: readonly Event[], what: string): void {
  const frozen = events.findIndex(({ type, ts, payload }) =>
    ts >= JUMP_TS && type === "risk_action" && (payload.action === "FREEZE" || payload.action === "STOP")
  );
  assert.ok(frozen !== -1, what);
  const trades = events.slice(frozen).filter(({ type, payload }) =>
    type === "order_intent" && payload.side === "BUY"
  );
  assert.equal(trades, [], what);
}

function proveEachTradeOnce({ ticks, trades, feed }: VenueNight, what: string): void {
  for (const [symbol, ids] of journaledTrades(ticks)) {
    assert.equal([...ids].sort((a, b) => a - b), trades.get(symbol), `${what}: ${symbol}`);
  }
  assert.is(feed["missing_trades"], 0, what);
}

for (const { what, jump, stop } of CASES) {
  test(`a night on a machine that is ${what} ${stop === null ? "goes on" : `stops: ${stop}`}`, async () => {
    const aheadMs = Math.max(jump.dateMs, 0);
    const durationMs = aheadMs + 2 * MINUTE_MS;
    const night = await venueNight(configOf(durationMs), { jump: { atMs: AT_MS, ...jump } });
    assert.is(night.stop?.reason_code ?? null, stop, JSON.stringify(night.stop));
    const { findings, complete } = verifyInMemory(night);
    assert.equal([findings.problems, complete], [[], true], what);
    assert.ok(night.events.some(({ type, ts }) => type === "order_intent" && ts < JUMP_TS), "it trades");
    const orders = proveFreshPrices(night.events, aheadMs, what);
    const last = night.events.at(-1)!;
    if (stop === null) {
      assert.ok(orders > 0, "it trades again");
      assert.is(last.ts, SIM_START_TS + durationMs, "it ends when it should");
      proveEachTradeOnce(night, what);
    } else {
      proveNothingBehindFreeze(night.events, what);
      assert.ok(last.ts <= JUMP_TS + aheadMs + 30_000);
    }
  });
}

test.run();
