import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueClient } from "../../../../src/core/ports.ts";
import {
  ALL,
  fault,
  faulty,
  joined,
  market,
  messagesOf,
  MINUTE,
  staged,
  START_TS,
} from "../../../support/venue_stage.ts";

test("embeddedVenue() tells a subscriber of everything the market does, when it does it", () => {
  const stage = staged();
  const client = joined(stage);
  stage.runTo(MINUTE);
  assert.equal(messagesOf(client), market(MINUTE));
  for (const [ts, frame] of client.frames) {
    const { stream, data } = JSON.parse(frame as string);
    assert.is(stream, `${data.s.toLowerCase()}@${data.e ?? "bookTicker"}`);
    assert.is(data.E ?? ts, ts);
  }
  assert.equal(faulty(stage.venue.account()), {});
});

test("embeddedVenue() tells only what is subscribed to, bare under /ws", () => {
  const stage = staged();
  const ethTrades = joined(stage, "/ws/ethusdt@trade");
  const nothing = joined(stage, "/ws");
  stage.runTo(10_000);
  nothing.session.received('{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":1}');
  stage.runTo(20_000);
  const expected = market(20_000);
  assert.equal(
    ethTrades.frames.map(([, frame]) => JSON.parse(frame as string)),
    expected.filter((message) => message.s === "ETHUSDT" && "e" in message),
  );
  const [answer, ...books] = nothing.frames.map(([, frame]) => JSON.parse(frame as string));
  assert.equal(answer, { result: null, id: 1 });
  assert.equal(
    books,
    expected.slice(market(10_000).length).filter((message) => message.s === "BTCUSDT" && !("e" in message)),
  );
});

test("embeddedVenue() goes on without a client, at the clock's speed", () => {
  const stage = staged({ speed: 20 });
  stage.runTo(3000);
  const client = joined(stage);
  stage.runTo(6000);
  assert.equal(messagesOf(client), market(120_000).slice(market(60_000).length));
});

test("embeddedVenue() catches up before it answers, so that an answer is of its time", () => {
  const stage = staged();
  stage.clock.jumpedMs = 5000; // the question comes before the venue's own turn
  const { body } = stage.venue.answer("GET", "/api/v3/historicalTrades?symbol=BTCUSDT&limit=1000");
  const ids = market(5000).flatMap((message) => "e" in message && message.s === "BTCUSDT" ? [message.t] : []);
  assert.ok(ids.length > 5);
  assert.equal(JSON.parse(body).map(({ id }: { id: number }) => id), ids);
});

test("embeddedVenue() catches up in slices when it is far behind", () => {
  const stage = staged();
  stage.clock.jumpedMs = 600_000;
  const client = joined(stage);
  let seen = 0;
  stage.scheduler.schedule(() => seen = client.frames.length);
  stage.runTo(0);
  assert.ok(seen > 0 && seen < 5000, `${seen} before others had their turn`);
  assert.equal(messagesOf(client), market(600_000));
});

test("answer() says what weight the minute has used", () => {
  const stage = staged();
  const used = (path: string) => stage.venue.answer("GET", path).headers["x-mbx-used-weight-1m"];
  assert.is(used("/api/v3/ping"), "1");
  assert.is(used("/api/v3/exchangeInfo"), "21");
  stage.runTo(MINUTE);
  assert.is(used("/api/v3/time"), "1");
  assert.is(stage.venue.answer("POST", "/api/v3/order").status, 405);
});

test("ticker/24hr claims about as many trades as the market makes", () => {
  const trades = market(600_000).filter((message) => "e" in message && message.s === "BTCUSDT").length;
  const [ticker] = JSON.parse(staged().venue.answer("GET", "/api/v3/ticker/24hr").body);
  assert.ok(Math.abs(ticker.count / (trades * 144) - 1) < 0.1, `${ticker.count} for ${trades * 144}`);
});

test("announceShutdown() is told to everybody, in the form of the connection", () => {
  const stage = staged();
  const [combined, bare] = [joined(stage, "/stream"), joined(stage, "/ws")];
  stage.runTo(2500);
  stage.venue.announceShutdown();
  const text = `{"e":"serverShutdown","E":${START_TS + 2500}}`;
  assert.equal(bare.frames, [[START_TS + 2500, text]]);
  assert.equal(combined.frames, [[START_TS + 2500, `{"stream":"!serverShutdown","data":${text}}`]]);
  assert.is(stage.venue.account().shutdowns, 1);
});

test("embeddedVenue() pings by real time whatever the log's speed, and cuts who is silent", () => {
  for (const speed of [1, 20]) {
    const stage = staged({ speed });
    const log: string[] = [];
    const note = (what: string) => log.push(`${Math.round(stage.scheduler.now() / 1000)} ${what}`);
    stage.venue.accept("/ws", { send: () => {}, ping: () => note("ping"), close: () => note("close") });
    stage.runTo(100_000);
    assert.equal(log, ["20 ping", "40 ping", "60 ping", "80 close"]);
  }
});

test("refusal() knows the paths of streams, and the most connections", () => {
  const stage = staged();
  assert.is(stage.venue.refusal("/elsewhere")?.status, 404);
  assert.throws(() => stage.venue.accept("/elsewhere", {} as VenueClient), /^No stream at "\/elsewhere"/);
  const clients = Array.from({ length: 64 }, () => {
    assert.is(stage.venue.refusal(ALL), null);
    return joined(stage);
  });
  assert.is(stage.venue.refusal(ALL)?.status, 429);
  clients[0]!.session.closed();
  assert.is(stage.venue.refusal(ALL), null);
});

test("close() cuts everybody and stops the market", () => {
  const stage = staged();
  const client = joined(stage);
  stage.runTo(2000);
  const told = client.frames.length;
  stage.venue.close();
  stage.runTo(9000);
  assert.equal(client.cutTs, [START_TS + 2000]);
  assert.is(client.frames.length, told);
});

test("passOver() lets happen at once what nobody was there for: trades can be fetched, faults are over", () => {
  const faults = [
    fault("gap", { after_ms: 1000, count: 500 }),
    fault("stall", { after_ms: 590_000, for_ms: 20_000 }),
  ];
  const stage = staged({ faults });
  stage.clock.jumpedMs = 600_000;
  stage.venue.passOver();
  const client = joined(stage);
  assert.equal(messagesOf(client), []);
  stage.runTo(20_000);
  const heard = market(620_000).slice(market(610_000).length);
  assert.equal(messagesOf(client), heard, "but for a stall that still lasts");
  const { body } = stage.venue.answer("GET", "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=0&limit=1000");
  assert.is(JSON.parse(body).length, 1000);
});

test.run();
