import { test } from "uvu";
import * as assert from "uvu/assert";
import { feedStage, quoteMessage, START_TS, tradeMessage } from "../../../support/feed_stage.ts";

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
  assert.equal(stage.drafts.filter(({ type }) => type === "market_tick").map((draft) => JSON.stringify(draft)), [
    `{"type":"market_tick","source":"market_role","ts":${START_TS + 12},"cause":null,"payload":{` +
    `"venue":"binance","symbol":"BTCUSDT","price":"100.5","price_source":"binance","kind":"trade",` +
    `"event_ts":${START_TS + 1},"qty":"0.1","trade_id":1,"trade_ts":${START_TS + 1}}}`,
    `{"type":"market_tick","source":"market_role","ts":${START_TS + 15},"cause":null,"payload":{` +
    `"venue":"binance","symbol":"ETHUSDT","price":"100.5","price_source":"binance","kind":"book",` +
    `"event_ts":null,"bid":"100","ask":"101","bid_qty":"1","ask_qty":"2","update_id":5}}`,
  ]);
  await time.advance(10);
  assert.is(stage.health().state, "UP");
  stage.stop();
});

test.run();
