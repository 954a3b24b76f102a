import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HttpAnswer } from "../../../../src/core/ports.ts";
import { feedStage, historicalTrades, quoteMessage, tradeMessage } from "../../../support/feed_stage.ts";

const idsOf = (ticks: readonly { readonly trade_id: number }[]) => ticks.map(({ trade_id }) => trade_id);

test("feedSession() gives each trade and quote once when two connections overlap", async () => {
  const stage = feedStage();
  const { time, venue } = stage;
  stage.start();
  await time.advance(100);
  venue.sockets[0]!.receive('{"e":"serverShutdown","E":1}');
  for (let id = 1; id <= 15; id++) {
    await time.advance(100);
    venue.publish("btcusdt@trade", tradeMessage(id));
    venue.publish("btcusdt@bookTicker", quoteMessage(id * 10));
  }
  assert.is(venue.sockets.length, 2);
  assert.equal(idsOf(stage.trades()), Array.from({ length: 15 }, (_, i) => i + 1));
  assert.equal(
    stage.quotes().map(({ update_id }) => update_id),
    Array.from({ length: 15 }, (_, i) => i * 10 + 10),
  );
  const { duplicates, frames } = stage.feed.lastHealth().payload.feed!;
  assert.ok(duplicates > 0);
  assert.is(frames, 4 + 1 + 30 + duplicates);
});

test("feedSession() drops a quote when its id is not above the last one", async () => {
  const stage = feedStage();
  stage.start();
  await stage.time.advance(100);
  for (const id of [5, 5, 3, 6]) stage.venue.publish("btcusdt@bookTicker", quoteMessage(id));
  assert.equal(stage.quotes().map(({ update_id }) => update_id), [5, 6]);
  assert.is(stage.feed.lastHealth().payload.feed!.duplicates, 2);
});

test("feedSession() fetches the trades that came while nobody listened, as soon as the gap shows", async () => {
  const stage = feedStage();
  const { time, venue } = stage;
  venue.rule.rest = (path) =>
    path.startsWith("/api/v3/time") ? { body: '{"serverTime":1}' } : { body: historicalTrades(path, 1500) };
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@trade", tradeMessage(1));
  venue.sockets[0]!.cut("reset");
  await time.advance(1000);
  venue.publish("btcusdt@trade", tradeMessage(1204));
  await time.advance(30);
  assert.is(stage.trades().length, 2 + 1000);
  await time.advance(1000);
  assert.equal(idsOf(stage.trades()), [1, 1204, ...Array.from({ length: 1202 }, (_, i) => i + 2)]);
  const paths = venue.asked.map(({ path }) => path).filter((path) => path.includes("historical"));
  assert.equal(paths, [
    "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=2&limit=1000",
    "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=1002&limit=1000",
  ]);
  const fetched = stage.trades().find(({ trade_id }) => trade_id === 7)!;
  assert.equal([fetched.event_ts, fetched.trade_ts], [null, tradeMessage(7)["T"]]);
  const ts = stage.drafts.filter(({ type }) => type === "market_tick").map((draft) => draft.ts);
  assert.equal(ts, [...ts].sort());
});

test("feedSession() fetches at once when the venue is back, however long it had to wait", async () => {
  const stage = feedStage();
  const { time, venue } = stage;
  let isDown = true;
  venue.rule.rest = (path) => {
    if (path.includes("time")) return { body: '{"serverTime":1}' };
    return isDown ? { status: 503 } : { body: historicalTrades(path, 5) };
  };
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@trade", tradeMessage(1));
  venue.publish("btcusdt@trade", tradeMessage(3));
  const asked = () => venue.asked.filter(({ path }) => path.includes("historical"));
  while (time.frame - asked().at(-1)!.atMs < 4000) await time.advance(100); // it waits for long by now
  isDown = false;
  venue.open()[0]!.receive('{"e":"serverShutdown","E":1}');
  await time.advance(50);
  assert.equal(idsOf(stage.trades()), [1, 3, 2]);
});

test("feedSession() gives a quote that was held when its time is over", async () => {
  const stage = feedStage({ book: 200 });
  const { time, venue } = stage;
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@bookTicker", quoteMessage(1));
  await time.advance(50);
  venue.publish("btcusdt@bookTicker", quoteMessage(2));
  venue.publish("btcusdt@bookTicker", quoteMessage(3));
  await time.advance(149);
  assert.is(stage.quotes().length, 1);
  assert.is(stage.feed.lastHealth().payload.feed!.conflated, 2); // 3 too, if this were the end
  await time.advance(1);
  assert.equal(stage.quotes().map(({ update_id }) => update_id), [1, 3]);
  const [first, second] = stage.drafts.filter(({ type }) => type === "market_tick");
  assert.is(second!.ts - first!.ts, 200);
  assert.is(stage.feed.lastHealth().payload.feed!.conflated, 1);
});

test("feedSession() gives a held quote by log time when that goes faster than real time", async () => {
  const stage = feedStage({ book: 200 });
  const { time, venue, clock } = stage;
  clock.speed = 20;
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@bookTicker", quoteMessage(1));
  venue.publish("btcusdt@bookTicker", quoteMessage(2));
  await time.advance(10);
  venue.publish("ethusdt@trade", tradeMessage(1, "ETHUSDT"));
  assert.equal(stage.quotes().map(({ update_id }) => update_id), [1, 2]);
  assert.is(stage.drafts.at(-1)!.type, "market_tick");
  await time.advance(500);
  assert.is(stage.quotes().length, 2);
});

test("feedSession() leaves out quotes that change no price when told so, but no trade", async () => {
  const stage = feedStage({ book: "changed" });
  stage.start();
  await stage.time.advance(100);
  for (const [id, bid] of [[1, "99"], [2, "99"], [3, "98"], [4, "99"]] as const) {
    stage.venue.publish("btcusdt@bookTicker", quoteMessage(id, bid));
    stage.venue.publish("btcusdt@trade", tradeMessage(id));
  }
  assert.equal(stage.quotes().map(({ update_id }) => update_id), [1, 3, 4]);
  assert.is(stage.trades().length, 4);
  assert.is(stage.feed.lastHealth().payload.feed!.conflated, 1);
});

test("feedSession() counts bad frames as errors and keeps no more of them than it may", async () => {
  const stage = feedStage({ binance: { deadletters_per_min_max: 2 } });
  stage.start();
  await stage.time.advance(100);
  const [socket] = stage.venue.sockets;
  socket!.receive("<html>");
  socket!.receive(Uint8Array.of(1, 2, 3));
  socket!.receive("{}");
  socket!.receive('{"stream":"btcusdt@trade","data":{"e":"trade"}}');
  assert.equal(stage.letters.map(({ reason_code, raw }) => [reason_code, raw.length]), [
    ["FRAME_NOT_JSON", 6],
    ["FRAME_BINARY", 3],
  ]);
  const { feed, errors } = stage.feed.lastHealth().payload;
  assert.equal([feed!.bad_frames, errors], [4, 4]);
  assert.is(feed!.connected, true);
});

const FAILURES: readonly (readonly [string, Partial<HttpAnswer> | number, number, string])[] = [
  ["an HTML page", { body: "<html>" }, 1, "NOT_JSON: the answer is an HTML page"],
  ["403", { status: 403, body: "<html>" }, 1, "FIREWALL: status 403, an HTML page; no request for 60 s"],
  ["418", { status: 418 }, 1, "BANNED: status 418, empty; no request for 120 s"],
  [
    "429 with Retry-After",
    { status: 429, headers: new Map([["retry-after", "9"]]) },
    1,
    "RATE_LIMITED: status 429, empty; no request for 9 s",
  ],
  ["503", { status: 503, body: '{"code":-1000}' }, 1, 'SERVER_ERROR: status 503, {"code":-1000}'],
  [
    "another form",
    { body: '{"time":1}' },
    1,
    "NOT_TIME: serverTime is undefined, expected unix milliseconds",
  ],
  ["nothing in time", 5000, 1, "TIMEOUT: no answer in 5000 ms"],
  ["no connection", 7, 0, "NO_CONNECTION: connect ECONNREFUSED"],
];
for (const [name, answer, errors, detail] of FAILURES) {
  test(`feedSession() is DEGRADED, with ${errors} errors, when a probe is answered with ${name}`, async () => {
    const stage = feedStage();
    const { time, venue } = stage;
    stage.start();
    await time.advance(9990);
    assert.is(stage.health().state, "UP");
    venue.open()[0]!.sign();
    venue.rule.rest = () => answer;
    await time.advance(10 + 5000);
    const health = stage.healths().filter((told) => told.detail?.endsWith(detail))[0]!;
    assert.equal([health.state, health.errors, health.latency_ms, health.clock_offset_ms], [
      "DEGRADED",
      errors,
      undefined,
      undefined,
    ]);
    assert.is(health.p50_ms, 20);
  });
}

test("feedSession() counts no error when an answer is late and the stream is dead too", async () => {
  const stage = feedStage();
  stage.venue.rule.refusal = "ECONNREFUSED";
  stage.venue.rule.rest = () => 5000;
  stage.start();
  await stage.time.advance(30_000);
  assert.ok(stage.healths().length >= 2);
  assert.is(stage.health().errors, 0);
});

test("feedSession() sends no request of any kind before Retry-After is over, and is heard of meanwhile", async () => {
  const stage = feedStage({ binance: { probe_every_ms: 1000 } });
  const { time, venue } = stage;
  venue.rule.rest = () => ({ status: 429, headers: new Map([["retry-after", "30"]]) });
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@trade", tradeMessage(1));
  venue.publish("btcusdt@trade", tradeMessage(5));
  await time.advance(29_900);
  assert.is(venue.asked.length, 1);
  assert.ok(stage.healths().length >= 29);
  assert.is(stage.health().errors, 1);
  venue.rule.rest = (path) => ({
    body: path.includes("time") ? '{"serverTime":1}' : historicalTrades(path, 5),
  });
  await time.advance(31_000);
  assert.equal(idsOf(stage.trades()), [1, 5, 2, 3, 4]);
});

test("feedSession() counts frames that the port cannot take as messages, and keeps their reason", async () => {
  const stage = feedStage();
  stage.start();
  await stage.time.advance(100);
  stage.venue.open()[0]!.cut("Frame is longer than 65536 bytes");
  await stage.time.advance(5000);
  stage.venue.open()[0]!.cut("Frame breaks the protocol: Invalid WebSocket frame: RSV1 must be clear");
  assert.equal(stage.letters.map(({ reason_code, detail }) => [reason_code, detail]), [
    ["FRAME_TOO_LONG", "Frame is longer than 65536 bytes"],
    ["FRAME_BROKEN", "Frame breaks the protocol: Invalid WebSocket frame: RSV1 must be clear"],
  ]);
  const { feed, errors } = stage.feed.lastHealth().payload;
  assert.equal([feed!.bad_frames, feed!.frames, errors], [2, 2 + 1 + 2 + 1, 2]);
});

test("feedSession() tells when ids that are no higher go on coming, for they are lost and no duplicates", async () => {
  const stage = feedStage();
  const { time, venue } = stage;
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@bookTicker", quoteMessage(Number.MAX_SAFE_INTEGER));
  for (let id = 1; id <= 70; id++) {
    venue.publish("btcusdt@trade", tradeMessage(id));
    venue.publish("btcusdt@bookTicker", quoteMessage(id));
    await time.advance(1000);
  }
  assert.is(stage.trades().length, 70);
  const { feed, errors } = stage.feed.lastHealth().payload;
  assert.equal([feed!.duplicates, feed!.bad_frames, errors], [61, 9, 9]);
  assert.equal(stage.letters.map(({ reason_code }) => reason_code), Array(9).fill("TICK_BEHIND"));
  assert.is(
    stage.letters[0]!.detail,
    "Update id is 62 for BTCUSDT, expected one above all that came 60000 ms before",
  );
});

test("feedSession() counts an answer that holds no trades, and keeps it", async () => {
  const stage = feedStage();
  const { time, venue } = stage;
  venue.rule.rest = (path) => ({ body: path.includes("time") ? '{"serverTime":1}' : '{"code":-1}' });
  stage.start();
  await time.advance(100);
  venue.publish("btcusdt@trade", tradeMessage(1));
  venue.publish("btcusdt@trade", tradeMessage(5));
  await time.advance(100);
  assert.equal(stage.letters.map(({ reason_code, detail }) => [reason_code, detail]), [
    ["ANSWER_UNUSABLE", "Answer is an object, expected an array of trades"],
  ]);
  assert.is(stage.feed.lastHealth().payload.errors, 1);
});

test.run();
