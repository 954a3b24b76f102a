import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BinanceConfig } from "../../../../src/core/config.ts";
import { connections } from "../../../../src/streams/sources/binance/connections.ts";
import { dialSchedule } from "../../../../src/streams/sources/binance/dial_schedule.ts";
import { feedCountsOf, feedTally } from "../../../../src/streams/sources/binance/feed_tally.ts";
import { oneTimer } from "../../../../src/streams/sources/binance/one_timer.ts";
import { subscribedStreams } from "../../../../src/streams/sources/binance/subscribed_streams.ts";
import { fakeVenue } from "../../../support/fake_venue.ts";
import { tradeMessage } from "../../../support/feed_stage.ts";
import { configWith } from "../../../support/repo_config.ts";
import { SteppedTime } from "../../../support/stepped_time.ts";

const DEFAULTS = configWith().binance;

/** All waits of the backoff are half of what they may be: 250, 500, 1000, … ms. */
function staged(changes: Partial<BinanceConfig> = {}) {
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
  /** Goes on with a trade every second, so that nothing is silent. */
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
  return { time, venue, told, errors, tally, lines, trade, flow, notes, dialedMs, counts };
}

test("connections() dials again after a loss, longer each time it does not work, and counts one reconnect", async () => {
  const { time, venue, lines, notes, dialedMs, counts } = staged();
  lines.start();
  await time.advance(1000);
  assert.is(lines.isConnected, true);
  venue.rule.refusal = "ECONNREFUSED";
  venue.sockets[0]!.cut("reset");
  assert.is(lines.isConnected, false);
  await time.advance(4000);
  assert.equal(dialedMs(), [0, 1250, 1755, 2760, 4765]);
  assert.is(lines.trouble, "ECONNREFUSED");
  venue.rule.refusal = null;
  await time.advance(6000);
  assert.equal(notes(), ["15 ready", "1000 lost", "8785 ready"]);
  const { connects, reconnects } = counts();
  assert.equal({ connects, reconnects }, { connects: 2, reconnects: 1 });
});

test("connections() waits little again when a connection has lasted, with data", async () => {
  const { time, venue, lines, flow, dialedMs } = staged();
  lines.start();
  for (let i = 0; i < 3; i++) {
    await time.advance(1000);
    venue.open()[0]!.cut("reset");
  }
  await time.advance(2000);
  assert.equal(dialedMs(), [0, 1250, 2500, 4000]);
  await flow(32_000);
  venue.open()[0]!.cut("reset");
  await time.advance(1000);
  assert.is(dialedMs().at(-1)! - 37_000, 250);
});

test("connections() makes no more attempts than it may", async () => {
  const { time, venue, lines } = staged({
    attempts: { limit: 5, window_ms: 60_000 },
    backoff: { first_ms: 10, most_ms: 20 },
  });
  venue.rule.refusal = "ECONNREFUSED";
  lines.start();
  await time.advance(59_999);
  assert.is(venue.sockets.length, 5);
  await time.advance(60_000);
  assert.is(venue.sockets.length, 10);
});

const REFUSALS: readonly (readonly [string, number])[] = [
  ["HTTP 403", 30_000],
  ["HTTP 418, Retry-After 200", 200_000],
  ["HTTP 429, Retry-After 5", 5000],
];
for (const [refusal, waitMs] of REFUSALS) {
  test(`connections() leaves the venue alone for ${waitMs} ms when refused with ${refusal}`, async () => {
    const { time, venue, lines, dialedMs } = staged();
    venue.rule.refusal = refusal;
    lines.start();
    await time.advance(waitMs + 4);
    assert.equal(dialedMs(), [0]);
    await time.advance(1);
    assert.equal(dialedMs(), [0, waitMs + 5]);
  });
}

test("connections() gives a connection up when it is not ready in time, in whatever state it is", async () => {
  const { time, venue, lines, dialedMs } = staged({ connect_timeout_ms: 1000 });
  venue.rule.openAfterMs = 5000;
  lines.start();
  await time.advance(1200);
  assert.equal([lines.trouble, dialedMs()], ["not open after 1000 ms", [0]]);
  venue.rule.openAfterMs = 5;
  venue.rule.reply = () => null;
  await time.advance(1100);
  assert.is(lines.trouble, "not ready after 1000 ms, still subscribing");
  venue.rule.reply = ({ id }) => id === 1 ? { result: null, id } : null;
  await time.advance(2000);
  assert.is(lines.trouble, "not ready after 1000 ms, still proving");
  assert.equal(venue.open(), []);
});

test("connections() has one after the other when the venue shuts down, overlapping, and loses nothing", async () => {
  const { time, venue, lines, trade, told, notes, counts } = staged();
  lines.start();
  await time.advance(1000);
  trade(1);
  venue.sockets[0]!.receive('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}');
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  assert.is(venue.sockets.length, 2);
  trade(2);
  await time.advance(12);
  trade(3);
  await time.advance(100);
  trade(4);
  await time.advance(1000);
  trade(5);
  assert.equal([lines.isConnected, venue.open().length, venue.mostAtOnce], [true, 1, 2]);
  assert.equal(notes(), ["15 ready", "1015 replaced: the venue shuts it down"]);
  assert.equal(
    told.filter((text) => text.startsWith("trade")),
    [1, 2, 3, 3, 4, 4, 5].map((id) => `trade ${id}`),
  );
  const { connects, reconnects } = counts();
  assert.equal({ connects, reconnects }, { connects: 2, reconnects: 0 });
});

test("connections() renews a connection before the venue cuts it, again and again", async () => {
  const { venue, lines, flow, notes, counts } = staged({ renew_after_ms: 60_000 });
  lines.start();
  await flow(150_000);
  assert.equal(notes(), ["15 ready", "60015 replaced: its age", "120015 replaced: its age"]);
  const { connects, reconnects, stalled_ms } = counts();
  assert.equal({ connects, reconnects, stalled_ms }, { connects: 3, reconnects: 0, stalled_ms: 0 });
  assert.equal([venue.open().length, venue.mostAtOnce], [1, 2]);
});

test("connections() goes on with the old connection while its successor cannot be had", async () => {
  const { venue, lines, flow, notes, dialedMs } = staged({ renew_after_ms: 60_000 });
  lines.start();
  await flow(50_000);
  venue.rule.refusal = "ECONNREFUSED";
  await flow(12_000);
  assert.equal(dialedMs(), [0, 60_000, 60_255, 60_760, 61_765]);
  assert.is(lines.isConnected, true);
  venue.rule.refusal = null;
  await flow(3000);
  assert.equal(notes().slice(1), ["63785 replaced: its age"]);
});

test("connections() replaces a connection that is open but says nothing, and counts the silence", async () => {
  const { time, venue, lines, trade, notes, counts } = staged();
  lines.start();
  await time.advance(1000);
  trade(1);
  venue.sockets[0]!.isMute = true;
  await time.advance(9999);
  assert.equal([lines.isStalled, venue.sockets.length, counts().stalled_ms], [false, 1, 0]);
  await time.advance(10);
  assert.equal([lines.isStalled, venue.sockets.length, counts().stalled_ms], [true, 2, 10_009]);
  await time.advance(10);
  assert.equal([lines.isStalled, venue.open().length], [false, 1]);
  await time.advance(1000);
  trade(2);
  assert.equal(notes(), ["15 ready", "11000 stalled", "11015 replaced: no market data"]);
  const { stalled_ms, reconnects } = counts();
  assert.equal({ stalled_ms, reconnects }, { stalled_ms: 11_019, reconnects: 0 });
});

test("connections() does not dial without end when the venue itself is silent", async () => {
  const { time, venue, lines, dialedMs, counts } = staged();
  lines.start();
  await time.advance(300_000);
  const gaps = dialedMs().map((ms, i, list) => ms - (list[i - 1] ?? 0)).slice(1);
  assert.equal(gaps.slice(0, 9), [...Array(7).fill(10_015), 15_000, 15_000]);
  assert.is(venue.mostAtOnce, 2);
  assert.is(counts().stalled_ms, 300_000 - 15);
});

test("connections() pings a connection that shows no sign of life, and not more than it may", async () => {
  const { time, venue, lines, counts } = staged({ stall_ms: 500 });
  lines.start();
  await time.advance(100);
  venue.rule.refusal = "ECONNREFUSED"; // no successor
  venue.sockets[0]!.isMute = true;
  await time.advance(5000);
  assert.is(venue.sockets[0]!.pings, 5);
  assert.ok(counts().silent_ms >= 5000);
  assert.ok(venue.mostInASecond <= 5);
  venue.sockets[0]!.isMute = false;
  await time.advance(1200);
  assert.ok(counts().silent_ms < 1200);
});

test("connections() needs no ping while pings of the venue come", async () => {
  const { time, venue, lines } = staged();
  lines.start();
  for (let i = 0; i < 10; i++) {
    await time.advance(4000);
    venue.open().forEach((socket) => socket.sign());
  }
  assert.equal(venue.sockets.map(({ pings }) => pings), Array(venue.sockets.length).fill(0));
});

test("connections() waits for the successor that is on its way when the old one is cut", async () => {
  const { time, venue, lines, notes, counts } = staged();
  lines.start();
  await time.advance(1000);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(7);
  venue.sockets[0]!.cut("going away");
  assert.is(lines.isConnected, false);
  await time.advance(1000);
  assert.is(venue.sockets.length, 2);
  assert.equal(notes(), ["15 ready", "1007 lost", "1015 ready"]);
  assert.is(counts().reconnects, 1);
});

test("connections() goes back to the old connection when its successor is cut in the overlap", async () => {
  const { time, venue, lines, notes, counts } = staged();
  lines.start();
  await time.advance(1000);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(500);
  venue.sockets[1]!.cut("reset");
  assert.is(lines.isConnected, true);
  await time.advance(500);
  assert.equal(notes().slice(1), [
    "1015 replaced: the venue shuts it down",
    "1515 replaced: the venue shuts it down",
  ]);
  assert.equal([counts().reconnects, venue.mostAtOnce], [0, 2]);
  venue.sockets[0]!.cut("going away"); // in the overlap: nothing is lost
  await time.advance(5000);
  assert.equal([lines.isConnected, venue.sockets.length], [true, 3]);
});

test("connections() closes all and says nothing more when stopped", async () => {
  const { time, venue, lines, told, trade } = staged();
  lines.start();
  await time.advance(1000);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(500);
  told.length = 0;
  lines.stop();
  trade(1);
  await time.advance(100_000);
  assert.equal([told, venue.open(), venue.sockets.length, lines.isConnected], [[], [], 2, false]);
});

test("connections() hands over what goes wrong inside", async () => {
  const { time, venue, lines, errors } = staged();
  venue.dialer.dial = () => {
    throw new Error("x");
  };
  assert.throws(() => lines.start(), "x");
  lines.stop();
  const later = staged();
  later.lines.start();
  await time.advance(1000);
  await later.time.advance(1000);
  later.venue.dialer.dial = venue.dialer.dial;
  later.venue.sockets[0]!.cut("reset");
  await later.time.advance(1000);
  assert.equal([errors.length, String(later.errors[0])], [0, "Error: x"]);
});

test.run();
