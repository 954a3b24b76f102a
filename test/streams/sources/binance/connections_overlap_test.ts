import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectionsStage } from "../../../support/connections_stage.ts";

test("connections() has one after the other when the venue shuts down, overlapping, and loses nothing", async () => {
  const { time, venue, lines, trade, told, notes, counts } = connectionsStage();
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
  const { venue, lines, flow, notes, counts } = connectionsStage({ renew_after_ms: 60_000 });
  lines.start();
  await flow(150_000);
  assert.equal(notes(), ["15 ready", "60015 replaced: its age", "120015 replaced: its age"]);
  const { connects, reconnects, stalled_ms } = counts();
  assert.equal({ connects, reconnects, stalled_ms }, { connects: 3, reconnects: 0, stalled_ms: 0 });
  assert.equal([venue.open().length, venue.mostAtOnce], [1, 2]);
});

test("connections() goes on with the old connection while its successor cannot be had", async () => {
  const { venue, lines, flow, notes, dialedMs } = connectionsStage({ renew_after_ms: 60_000 });
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
  const { time, venue, lines, trade, notes, counts } = connectionsStage();
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
  const { time, venue, lines, dialedMs, counts } = connectionsStage();
  lines.start();
  await time.advance(300_000);
  const gaps = dialedMs().map((ms, i, list) => ms - (list[i - 1] ?? 0)).slice(1);
  assert.equal(gaps.slice(0, 9), [...Array(7).fill(10_015), 15_000, 15_000]);
  assert.is(venue.mostAtOnce, 2);
  assert.is(counts().stalled_ms, 300_000 - 15);
});

test("connections() waits for the successor that is on its way when the old one is cut", async () => {
  const { time, venue, lines, notes, counts } = connectionsStage();
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
  const { time, venue, lines, notes, counts } = connectionsStage();
  lines.start();
  await time.advance(1000);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(500);
  venue.sockets[1]!.cut("reset");
  assert.is(lines.isConnected, true);
  await time.advance(600);
  assert.equal(notes().slice(1), [
    "1015 replaced: the venue shuts it down",
    "2015 replaced: the venue shuts it down",
  ]);
  assert.equal([counts().reconnects, venue.mostAtOnce], [0, 2]);
  venue.sockets[0]!.cut("going away"); // in the overlap: nothing is lost
  await time.advance(5000);
  assert.equal([lines.isConnected, venue.sockets.length], [true, 3]);
});

test("connections() has no third connection when the successor is to end before the old one has gone", async () => {
  const { time, venue, lines, notes } = connectionsStage();
  lines.start();
  await time.advance(1000);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(100);
  venue.sockets[1]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(5000);
  assert.equal([venue.sockets.length, venue.mostAtOnce, venue.open().length], [3, 2, 1]);
  assert.is(notes().length, 3);
});

test("connections() counts a silence to the end of its connection, and no time without one", async () => {
  const { time, venue, lines, counts } = connectionsStage();
  lines.start();
  await time.advance(1015);
  venue.rule.refusal = "ECONNREFUSED";
  await time.advance(11_000);
  venue.open()[0]!.cut("reset");
  assert.is(counts().stalled_ms, 12_000);
  await time.advance(50_000);
  assert.is(counts().stalled_ms, 12_000);
});

test("connections() does not dial without end when each successor is cut in the overlap", async () => {
  const { time, venue, lines, dialedMs } = connectionsStage();
  lines.start();
  await time.advance(1000);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  for (let i = 0; i < 1000; i++) {
    await time.advance(20);
    for (const socket of venue.open().slice(1)) socket.cut("reset");
  }
  assert.ok(dialedMs().length <= 9, `${dialedMs().length} dials in 20 s`);
  assert.is(lines.isConnected, true);
});

test("connections() does not dial without end when each connection says farewell at once", async () => {
  const { time, venue, lines, trade, dialedMs } = connectionsStage();
  lines.start();
  for (let i = 0; i < 300; i++) {
    await time.advance(1000);
    trade(i);
    for (const socket of venue.open()) socket.receive('{"e":"serverShutdown","E":1}');
  }
  assert.ok(dialedMs().length <= 30, `${dialedMs().length} dials in 5 min`);
  assert.equal([lines.isConnected, venue.mostAtOnce], [true, 2]);
});

test.run();
