import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  streamRequest,
  type VenueConnection,
  venueSession,
} from "../../../../src/streams/sources/embedded/venue_session.ts";
import { STREAMS_MAX } from "../../../../src/streams/sources/embedded/venue_control.ts";

const BTC = "btcusdt@trade";
const ETH = "ethusdt@bookTicker";

test("streamRequest() reads what a path asks for", () => {
  const cases: readonly (readonly [string, boolean, readonly string[]])[] = [
    ["/ws", false, []],
    ["/ws/", false, []],
    [`/ws/${BTC}`, false, [BTC]],
    [`/ws/${BTC}/${ETH}`, false, [BTC, ETH]],
    ["/stream", true, []],
    ["/stream?streams=", true, []],
    [`/stream?streams=${BTC}/${ETH}`, true, [BTC, ETH]],
    [`/stream?a=b&streams=btcusdt%40trade`, true, [BTC]],
  ];
  for (const [path, isCombined, streams] of cases) assert.equal(streamRequest(path), { isCombined, streams });
});

test("streamRequest() knows no other path", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `s${i}@trade`).join("/");
  assert.is(streamRequest(`/stream?streams=${many(STREAMS_MAX)}`)!.streams.length, STREAMS_MAX);
  const paths = ["", "/", "/wss", "/api/v3/ping", "/streams", "/ws/BTCUSDT@trade", `/ws/${BTC}//${ETH}`];
  for (const path of [...paths, `/stream?streams=${many(STREAMS_MAX + 1)}`]) {
    assert.is(streamRequest(path), null, path);
  }
});

/** A session whose time is moved by hand, with all that its client hears. */
function session(path = "/ws") {
  const heard: string[] = [];
  const ended: VenueConnection[] = [];
  const time = { ms: 5000 };
  const connection = venueSession(
    {
      send: (frame) => heard.push(String(frame)),
      ping: (payload) => heard.push(`ping ${payload}`),
      close: (goodbye) => heard.push(`close ${goodbye?.code} ${goodbye?.reason}`),
    },
    streamRequest(path)!,
    { nowMs: () => time.ms, onClosed: (closed) => ended.push(closed) },
  );
  return { connection, heard, ended, time };
}

test("venueSession() has the streams of its path and those that it subscribes to", () => {
  const { connection, heard } = session(`/ws/${BTC}`);
  assert.equal([BTC, ETH].map(connection.wants), [true, false]);
  connection.received(`{"method":"SUBSCRIBE","params":["${ETH}"],"id":1}`);
  connection.received(`{"method":"UNSUBSCRIBE","params":["${BTC}"],"id":2}`);
  assert.equal(heard, ['{"result":null,"id":1}', '{"result":null,"id":2}']);
  assert.equal([BTC, ETH].map(connection.wants), [false, true]);
});

test("received() takes bytes for JSON that is none", () => {
  const { connection, heard } = session();
  connection.received(Uint8Array.of(1, 2, 3));
  assert.match(heard[0]!, /^\{"code":3,/);
});

test("frameOf() wraps a message where the path asks for combined streams", () => {
  assert.is(session("/ws").connection.frameOf(BTC, '{"p":"1"}'), '{"p":"1"}');
  const combined = '{"stream":"btcusdt@trade","data":{"p":"1"}}';
  assert.is(session("/stream").connection.frameOf(BTC, '{"p":"1"}'), combined);
});

test("venueSession() cuts who says more than five things within a second", () => {
  const says = [
    (connection: VenueConnection) => connection.received("x"),
    (connection: VenueConnection) => connection.pinged(),
    (connection: VenueConnection) => connection.ponged("x"),
  ];
  for (const say of says) {
    const { connection, heard, time } = session(`/ws/${BTC}`);
    const bye = () => heard.filter((word) => word.startsWith("close"));
    for (let i = 0; i < 5; i++) connection.pinged();
    time.ms += 1000;
    for (let i = 0; i < 4; i++) connection.pinged();
    time.ms += 999;
    connection.pinged();
    assert.equal(bye(), []);
    say(connection);
    say(connection);
    connection.watch();
    assert.equal(bye(), ["close 1008 Too many requests"]);
    assert.is(connection.wants(BTC), false);
    assert.is(heard.at(-1), "close 1008 Too many requests");
  }
});

/** Watches for so many seconds; gives the seconds at which something was heard. */
function watched(seconds: number, onPing: (payload: string, connection: VenueConnection) => void): string[] {
  const { connection, heard, time } = session();
  const log: string[] = [];
  for (let second = 1; second <= seconds; second++) {
    time.ms += 1000;
    connection.watch();
    for (const word of heard.splice(0)) {
      const [kind, payload] = word.split(" ") as [string, string];
      log.push(`${second} ${kind}`);
      if (kind === "ping") onPing(payload, connection);
    }
  }
  return log;
}

test("watch() pings every 20 s, for as long as pongs come", () => {
  const log = watched(100, (payload, connection) => connection.ponged(payload));
  assert.equal(log, ["20 ping", "40 ping", "60 ping", "80 ping", "100 ping"]);
});

test("watch() cuts who has answered no ping for a minute", () => {
  const silent = ["20 ping", "40 ping", "60 ping", "80 close"];
  assert.equal(watched(200, () => {}), silent);
  assert.equal(watched(200, (_, connection) => connection.ponged("")), silent, "unsolicited");
});

test("ponged() answers the pings before it, too", () => {
  let count = 0;
  const log = watched(139, (payload, connection) => {
    if (++count === 3) connection.ponged(payload);
  });
  assert.equal(log, ["20 ping", "40 ping", "60 ping", "80 ping", "100 ping", "120 ping"]);
});

test("closed() is told on, and nothing is wanted after it", () => {
  const { connection, ended, heard, time } = session(`/ws/${BTC}`);
  connection.closed();
  assert.equal(ended, [connection]);
  time.ms += 100_000;
  connection.watch();
  connection.received("x");
  assert.is(connection.wants(BTC), false);
  assert.equal(heard, []);
});

test.run();
