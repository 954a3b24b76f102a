import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  feedStage,
  historicalTrades,
  quoteMessage,
  START_TS,
  tradeMessage,
} from "../../../support/feed_stage.ts";

test("binanceFeed() throws when there is no symbol", () => {
  assert.throws(() => feedStage({ symbols: [] }), "No symbol given, expected at least one");
});

test("binanceFeed() subscribes, proves its subscriptions, and gives what comes, trades before their proof too", async () => {
  const stage = feedStage();
  const { time, venue } = stage;
  assert.is(venue.sockets.length, 0);
  stage.start();
  await time.advance(12);
  venue.publish("btcusdt@trade", tradeMessage(1));
  assert.is(stage.healths().length, 0);
  await time.advance(3);
  venue.publish("ethusdt@bookTicker", quoteMessage(5, "100.00", "ETHUSDT"));
  const socket = venue.sockets[0]!;
  assert.is(socket.url, "wss://data-stream.binance.vision/stream");
  assert.equal(socket.sent.map((text) => JSON.parse(text)), [
    {
      method: "SUBSCRIBE",
      params: ["btcusdt@trade", "btcusdt@bookTicker", "ethusdt@trade", "ethusdt@bookTicker"],
      id: 1,
    },
    { method: "LIST_SUBSCRIPTIONS", id: 2 },
  ]);
  const { feed: { connected, connects, reconnects, frames }, state, detail } = stage.health();
  assert.equal({ connected, connects, reconnects, frames, state, detail }, {
    connected: true,
    connects: 1,
    reconnects: 0,
    frames: 3,
    state: "DEGRADED",
    detail: "ready; not probed yet",
  });
  assert.equal(
    stage.drafts.filter(({ type }) => type === "market_tick").map((draft) => JSON.stringify(draft)),
    [
      `{"type":"market_tick","source":"market_role","ts":${START_TS + 12},"cause":null,"payload":{` +
      `"venue":"binance","symbol":"BTCUSDT","price":"100.5","price_source":"binance","kind":"trade",` +
      `"event_ts":${START_TS + 1},"qty":"0.1","trade_id":1,"trade_ts":${START_TS + 1}}}`,
      `{"type":"market_tick","source":"market_role","ts":${START_TS + 15},"cause":null,"payload":{` +
      `"venue":"binance","symbol":"ETHUSDT","price":"100.5","price_source":"binance","kind":"book",` +
      `"event_ts":null,"bid":"100","ask":"101","bid_qty":"1","ask_qty":"2","update_id":5}}`,
    ],
  );
  await time.advance(10);
  assert.is(stage.health().state, "UP");
  stage.stop();
});

test("binanceFeed() measures latency and clock, and says so at every probe", async () => {
  const stage = feedStage({ binance: { probe_every_ms: 1000 } });
  stage.start();
  await stage.time.advance(2500);
  stage.clock.aheadMs = 1700; // the local clock drifts
  stage.venue.rule.restAfterMs = 40;
  await stage.time.advance(1000);
  const probes = stage.healths().filter(({ latency_ms }) => latency_ms !== undefined);
  assert.equal(probes.map(({ latency_ms, clock_offset_ms }) => [latency_ms, clock_offset_ms]), [
    [20, -10],
    [20, -10],
    [20, -10],
    [40, -1720],
  ]);
  const { state, role, origin, uptime_s, p50_ms, p95_ms, errors, detail } = stage.health();
  assert.equal({ state, role, origin, uptime_s, p50_ms, p95_ms, errors, detail }, {
    state: "UP",
    role: "market_role",
    origin: "input",
    uptime_s: 3,
    p50_ms: 20,
    p95_ms: 40,
    errors: 0,
    detail: undefined,
  });
});

test("binanceFeed() says at once that it is lost, and that it is ready again", async () => {
  const stage = feedStage();
  stage.start();
  await stage.time.advance(1000);
  stage.venue.sockets[0]!.cut("Connection broke off");
  assert.equal([stage.health().state, stage.health().detail], [
    "DEGRADED",
    "lost; not connected: Connection broke off",
  ]);
  assert.is(stage.health().feed.connected, false);
  await stage.time.advance(1000);
  assert.equal([stage.health().state, stage.health().detail], ["UP", "ready"]);
  assert.equal([stage.health().feed.connects, stage.health().feed.reconnects], [2, 1]);
});

test("binanceFeed() is not UP when its socket is open but no data comes", async () => {
  const stage = feedStage();
  stage.start();
  await stage.time.advance(10_000);
  stage.venue.rule.refusal = "ECONNREFUSED";
  await stage.time.advance(15);
  const { state, detail, feed } = stage.health();
  assert.equal([state, detail, feed.connected], ["DEGRADED", "stalled; no market data", true]);
  await stage.time.advance(10_010);
  assert.equal([stage.health().state, stage.health().detail], ["DEGRADED", "no market data"]);
  assert.ok(stage.health().feed.stalled_ms >= 20_000);
});

test("binanceFeed() counts no error and is not connected when there is no network at all", async () => {
  const stage = feedStage();
  stage.venue.rule.refusal = "ENETUNREACH";
  stage.venue.rule.rest = () => 3;
  stage.start();
  await stage.time.advance(15_000);
  const { state, detail, errors, feed } = stage.health();
  assert.equal([state, errors, feed.connected, feed.connects], ["DEGRADED", 0, false, 0]);
  assert.is(detail, "not connected: ENETUNREACH; NO_CONNECTION: connect ECONNREFUSED");
  assert.ok(feed.silent_ms >= 10_000);
});

test("binanceFeed() begins anew when restarted, with the ids and counts that it had", async () => {
  const stage = feedStage({ binance: { probe_every_ms: 1000 } });
  const { time, venue, feed } = stage;
  venue.rule.rest = (path) => ({
    body: path.includes("time") ? '{"serverTime":1}' : historicalTrades(path, 9),
  });
  feed.restart("too early");
  stage.start();
  await time.advance(5000);
  venue.publish("btcusdt@trade", tradeMessage(1));
  feed.restart("heartbeat late");
  assert.equal(stage.drafts.at(-1), {
    type: "lifecycle",
    source: "watchdog_role",
    ts: START_TS + 5000,
    cause: null,
    payload: { what: "role_restarted", detail: "market_role: heartbeat late" },
  });
  venue.sockets[0]!.receive(JSON.stringify({ stream: "btcusdt@trade", data: tradeMessage(2) }));
  await time.advance(2000);
  assert.equal([venue.open().length, venue.sockets.length, stage.health().uptime_s], [1, 2, 1]);
  assert.equal([stage.health().feed.connects, stage.health().feed.reconnects], [2, 0]);
  venue.publish("btcusdt@trade", tradeMessage(1));
  venue.publish("btcusdt@trade", tradeMessage(4));
  await time.advance(1000);
  assert.equal(stage.trades().map(({ trade_id }) => trade_id), [1, 4, 2, 3]);
  assert.is(feed.lastHealth().payload.feed!.duplicates, 1);
  stage.stop();
  feed.restart("too late");
  await time.advance(10_000);
  assert.equal([venue.open().length, venue.sockets.length, time.actions.length], [0, 2, 0]);
});

test("binanceFeed() may be restarted or ended by whoever hears of its restart", async () => {
  for (const [act, sockets, asked] of [["restart", 2, 2], ["stop", 1, 1]] as const) {
    const stage = feedStage();
    let isFirst = true;
    const subscription = stage.feed.arrival$.subscribe(({ type }) => {
      if (type !== "lifecycle" || !isFirst) return;
      isFirst = false;
      if (act === "restart") stage.feed.restart("again");
      else subscription.unsubscribe();
    });
    await stage.time.advance(1000);
    stage.feed.restart("once");
    await stage.time.advance(1000);
    const { venue } = stage;
    assert.equal([venue.sockets.length, venue.open().length, venue.asked.length], [
      sockets,
      sockets - 1,
      asked,
    ]);
    subscription.unsubscribe();
  }
});

test("binanceFeed() has one subscriber", () => {
  const stage = feedStage();
  stage.start();
  stage.start();
  assert.equal(stage.errors.map(String), ["Error: The feed has a subscriber already, expected one"]);
});

test("binanceFeed() says that it is down, with all closed, when something goes wrong inside, and can be restarted", async () => {
  const places: readonly ((stage: ReturnType<typeof feedStage>) => void)[] = [
    ({ venue }) => venue.sockets[0]!.receive("no JSON"), // onUnusable throws
    ({ venue }) => {
      venue.dialer.dial = () => {
        throw new Error("broken");
      };
      venue.sockets[0]!.cut("reset");
    },
    ({ venue }) => {
      venue.rule.rest = () => ({ headers: null as unknown as ReadonlyMap<string, string>, status: 429 });
    },
  ];
  for (const breakIt of places) {
    const stage = feedStage({
      onUnusable() {
        throw new Error("broken");
      },
    });
    stage.start();
    await stage.time.advance(1000);
    breakIt(stage);
    await stage.time.advance(20_000);
    assert.is(stage.errors.length, 0);
    const down = stage.healths().filter(({ state }) => state === "DOWN");
    assert.is(down.length, 1);
    assert.match(down[0]!.detail!, /^failed: /);
    assert.equal([stage.venue.open(), stage.time.actions.length], [[], 0]);
    stage.feed.restart("it was down");
    assert.is(stage.drafts.filter(({ type }) => type === "lifecycle").length, 1);
  }
});

test("binanceFeed() is down when it cannot even begin", () => {
  const stage = feedStage({
    dialer: {
      dial() {
        throw new Error("broken");
      },
    },
  });
  stage.start();
  assert.equal(stage.healths().map(({ state, detail }) => [state, detail]), [["DOWN", "failed: broken"]]);
});

test("binanceFeed() holds on to nothing over 500 reconnects, and doubles and loses nothing", async () => {
  const stage = feedStage({
    binance: { backoff: { first_ms: 10, most_ms: 20 }, attempts: { limit: 300, window_ms: 1000 } },
  });
  const { time, venue } = stage;
  let id = 0;
  venue.rule.rest = (path) => ({
    body: path.includes("time") ? '{"serverTime":1}' : historicalTrades(path, id),
  });
  stage.start();
  for (let i = 0; i < 500; i++) {
    await time.advance(100);
    venue.publish("btcusdt@trade", tradeMessage(++id));
    venue.open()[0]!.cut("reset");
    id++; // nobody hears of it
  }
  await time.advance(1000);
  venue.publish("btcusdt@trade", tradeMessage(++id));
  await time.advance(5000);
  assert.equal(
    stage.trades().map(({ trade_id }) => trade_id).sort((a, b) => a - b),
    Array.from({ length: id }, (_, i) => i + 1),
  );
  assert.equal([stage.health().feed.reconnects, stage.health().feed.duplicates], [500, 0]);
  assert.ok(time.actions.length < 6);
  assert.ok(venue.mostAtOnce <= 2);
});

test.run();
