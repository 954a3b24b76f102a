import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectionsStage } from "../../../support/connections_stage.ts";

test("connections() dials again after a loss, longer each time it does not work, and counts one reconnect", async () => {
  const { time, venue, lines, notes, dialedMs, counts } = connectionsStage();
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
  const { time, venue, lines, flow, dialedMs } = connectionsStage();
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
  const { time, venue, lines } = connectionsStage({
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
    const { time, venue, lines, dialedMs } = connectionsStage();
    venue.rule.refusal = refusal;
    lines.start();
    await time.advance(waitMs + 4);
    assert.equal(dialedMs(), [0]);
    await time.advance(1);
    assert.equal(dialedMs(), [0, waitMs + 5]);
  });
}

test("connections() gives a connection up when it is not ready in time, in whatever state it is", async () => {
  const { time, venue, lines, dialedMs } = connectionsStage({ connect_timeout_ms: 1000 });
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

test("connections() pings a connection that shows no sign of life, and not more than it may", async () => {
  const { time, venue, lines, counts } = connectionsStage({ stall_ms: 500 });
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
  const { time, venue, lines } = connectionsStage();
  lines.start();
  for (let i = 0; i < 10; i++) {
    await time.advance(4000);
    venue.open().forEach((socket) => socket.sign());
  }
  assert.equal(venue.sockets.map(({ pings }) => pings), Array(venue.sockets.length).fill(0));
});

test("connections() closes all and says nothing more when stopped", async () => {
  const { time, venue, lines, told, trade } = connectionsStage();
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
  const { time, venue, lines, errors } = connectionsStage();
  venue.dialer.dial = () => {
    throw new Error("x");
  };
  assert.throws(() => lines.start(), "x");
  lines.stop();
  const later = connectionsStage();
  later.lines.start();
  await time.advance(1000);
  await later.time.advance(1000);
  later.venue.dialer.dial = venue.dialer.dial;
  later.venue.sockets[0]!.cut("reset");
  await later.time.advance(1000);
  assert.equal([errors.length, String(later.errors[0])], [0, "Error: x"]);
});

test.run();
