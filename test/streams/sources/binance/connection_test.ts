import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../../../src/streams/sources/binance/connection.ts";
import { subscribedStreams } from "../../../../src/streams/sources/binance/subscribed_streams.ts";
import { type FakeVenue, fakeVenue } from "../../../support/fake_venue.ts";
import { tradeMessage } from "../../../support/feed_stage.ts";
import { SteppedTime } from "../../../support/stepped_time.ts";

function staged(options: { readonly throwsAt?: string } = {}) {
  const time = new SteppedTime();
  const venue = fakeVenue(time, () => 0);
  const told: string[] = [];
  const tell = (text: string) => {
    if (text === options.throwsAt) throw new Error(`at ${text}`);
    told.push(text);
  };
  const connection = connect({
    wsUrl: "ws://venue",
    timeoutMs: 1000,
    frames: {
      streams: subscribedStreams(["BTCUSDT"]),
      tick: { venue: "binance", priceSource: "binance" },
      bytesMax: 65_536,
    },
    dialer: venue.dialer,
    elapsed: { now: () => time.frame },
  }, {
    signed: (nowMs, isFrame) => tell(isFrame ? `frame at ${nowMs}` : `sign at ${nowMs}`),
    ticked: (tick, nowMs) => tell(`${tick.kind} at ${nowMs}`),
    unusable: ({ code, detail }) => tell(`${code}: ${detail}`),
    ending: () => tell("ending"),
    ready: () => tell("ready"),
    lost: (reason, wasRefused) => tell(`${wasRefused ? "refused" : "lost"}: ${reason}`),
    failed: (error) => told.push(`failed: ${(error as Error).message}`),
  });
  return { time, venue, told, connection, socket: venue.sockets[0]! };
}

test("connect() is dialing, subscribing, proving, and ready when its subscriptions are proved", async () => {
  const { time, told, connection, socket } = staged();
  assert.equal([socket.url, connection.state], ["ws://venue/stream", "dialing"]);
  await time.advance(5);
  assert.is(connection.state, "subscribing");
  await time.advance(5);
  assert.is(connection.state, "proving");
  assert.is(connection.readyMs, null);
  await time.advance(5);
  assert.is(connection.state, "ready");
  assert.equal([connection.dialedMs, connection.readyMs, connection.lastTickMs, connection.lastSignMs], [
    0,
    15,
    null,
    15,
  ]);
  assert.equal(told, ["sign at 5", "frame at 10", "frame at 15", "ready"]);
});

test("connect() tells of ticks, signs of life, bad frames and the venue's farewell", async () => {
  const { time, venue, told, connection, socket } = staged();
  await time.advance(20);
  told.length = 0;
  venue.publish("btcusdt@trade", tradeMessage(1));
  await time.advance(10);
  socket.sign();
  socket.receive(Uint8Array.of(1));
  socket.receive('{"e":"serverShutdown","E":1}');
  assert.equal(told, [
    "frame at 20",
    "trade at 20",
    "sign at 30",
    "frame at 30",
    "FRAME_BINARY: Frame is 1 bytes, expected text",
    "frame at 30",
    "ending",
  ]);
  assert.equal([connection.isEnding, connection.lastTickMs, connection.lastSignMs], [true, 20, 30]);
  connection.ping();
  assert.is(socket.pings, 1);
});

test("connect() takes what is listed in another order, but neither more nor less", async () => {
  const lists: readonly (readonly [unknown, string])[] = [
    [["btcusdt@bookTicker", "btcusdt@trade"], "ready"],
    [["btcusdt@bookTicker", "btcusdt@trade", "btcusdt@depth"], "closed"],
    [["btcusdt@trade"], "closed"],
    [["btcusdt@trade", "ethusdt@trade"], "closed"],
    [[], "closed"],
    [null, "closed"],
    ["btcusdt@bookTicker", "closed"],
  ];
  for (const [result, state] of lists) {
    const { time, venue, told, connection, socket } = staged();
    venue.rule.reply = ({ method, id }) => ({ result: method === "LIST_SUBSCRIPTIONS" ? result : null, id });
    await time.advance(100);
    assert.is(connection.state, state);
    if (state === "ready") continue;
    const detail = "Subscribed are other streams than the 2 asked for";
    assert.equal(told.slice(-2), [`SUBSCRIPTION_REFUSED: ${detail}`, `lost: ${detail}`]);
    assert.is(socket.phase, "closed");
  }
});

test("connect() closes when the venue refuses the subscription, by its id or without one", async () => {
  for (const id of [1, undefined]) {
    const { time, venue, told, connection } = staged();
    venue.rule.reply = () => ({ code: 2, msg: "Invalid request", id });
    await time.advance(100);
    assert.is(connection.state, "closed");
    const detail = 'Subscription was refused: code 2, "Invalid request"';
    assert.equal(told.slice(-2), [`SUBSCRIPTION_REFUSED: ${detail}`, `lost: ${detail}`]);
  }
});

test("connect() does not take a reply that it did not ask for", async () => {
  const { time, told, connection, socket } = staged();
  await time.advance(5);
  socket.receive('{"result":null,"id":2}');
  assert.is(connection.state, "subscribing");
  await time.advance(20);
  socket.receive('{"result":null,"id":2}');
  socket.receive('{"error":{"code":4,"msg":"Too many requests"}}');
  assert.is(connection.state, "ready");
  assert.equal(told.filter((text) => text.startsWith("FRAME")), [
    "FRAME_UNKNOWN: Reply is to 2, expected one to 1",
    "FRAME_UNKNOWN: Reply is to 2, expected none",
    'FRAME_UNKNOWN: Reply is to null, expected none; it says code 4, "Too many requests"',
  ]);
});

test("connect() tells a refused upgrade from a connection that was lost", async () => {
  const refused = staged();
  refused.venue.rule.refusal = "HTTP 429";
  await refused.time.advance(100);
  assert.equal([refused.told, refused.connection.state], [["refused: HTTP 429"], "closed"]);
  const lost = staged();
  await lost.time.advance(7);
  lost.socket.cut("reset");
  assert.equal([lost.told.at(-1), lost.connection.state], ["lost: reset", "closed"]);
});

test("connect() is heard of no more when closed, whatever still comes", async () => {
  const { time, told, connection, socket } = staged();
  await time.advance(20);
  told.length = 0;
  connection.close();
  socket.receive('{"result":null,"id":2}');
  socket.listener.signed();
  socket.listener.opened();
  await time.advance(100);
  assert.equal([told, connection.state, socket.phase], [[], "closed", "closed"]);
});

for (const at of ["ready", "frame at 10", "sign at 5", "lost: reset"]) {
  test(`connect() throws nothing into a socket but hands it over when "${at}" fails`, async () => {
    const { time, told, socket } = staged({ throwsAt: at });
    await time.advance(100);
    socket.cut("reset");
    assert.ok(told.includes(`failed: at ${at}`));
  });
}

const LAST_WORDS: readonly (readonly [string, (venue: FakeVenue) => void])[] = [
  ["a refusal", (venue) => venue.rule.reply = () => ({ code: 2, msg: "no", id: 1 })],
  [
    "a broken frame",
    (venue) => venue.rule.reply = (_, socket) => socket.cut("Frame is longer than 99 bytes"),
  ],
];
for (const [name, provoke] of LAST_WORDS) {
  test(`connect() is not lost twice when its owner closes it because of ${name}`, async () => {
    const time = new SteppedTime();
    const venue = fakeVenue(time, () => 0);
    provoke(venue);
    let lost = 0;
    const connection = connect({
      wsUrl: "ws://venue",
      timeoutMs: 1000,
      frames: { streams: subscribedStreams(["A"]), tick: { venue: "v", priceSource: "v" }, bytesMax: 99 },
      dialer: venue.dialer,
      elapsed: { now: () => time.frame },
    }, {
      signed() {},
      ticked() {},
      unusable: () => connection.close(),
      ending() {},
      ready() {},
      lost: () => void lost++,
      failed() {},
    });
    await time.advance(100);
    assert.equal([lost, connection.state], [0, "closed"]);
  });
}

test.run();
