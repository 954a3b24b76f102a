import { VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueFault } from "../../../../src/core/config.ts";
import type { VenueClient } from "../../../../src/core/ports.ts";
import { takeTrade, tradeGaps } from "../../../../src/core/trade_gaps.ts";
import type { VenueMessage } from "../../../../src/streams/sources/binance/venue_message.ts";
import { embeddedMarket } from "../../../../src/streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../../../../src/streams/sources/embedded/embedded_venue.ts";
import type { VenueAccount } from "../../../../src/streams/sources/embedded/venue_account.ts";

const START_TS = 1_795_298_400_000;
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const STREAMS = ["btcusdt@trade", "btcusdt@bookTicker", "ethusdt@trade", "ethusdt@bookTicker"];
const ALL = `/stream?streams=${STREAMS.join("/")}`;

function fault(kind: VenueFault["kind"], more: Partial<VenueFault> = {}): VenueFault {
  return { kind, after_ms: 5000, every_ms: 0, for_ms: 3000, count: 1, ...more };
}

/** A venue in virtual time; the market is that of `seed`, ten messages a second and symbol. */
function staged(options: { readonly faults?: readonly VenueFault[]; readonly speed?: number } = {}) {
  const { faults = [], speed = 1 } = options;
  const scheduler = new VirtualTimeScheduler();
  const clock = {
    jumpedMs: 0,
    now: (): number => START_TS + clock.jumpedMs + Math.floor(scheduler.now() * speed),
  };
  const market = embeddedMarket({ seed: 7, symbols: SYMBOLS, startTs: START_TS, ticksPerS: 10 });
  const venue = embeddedVenue({
    market,
    symbols: SYMBOLS,
    ticksPerS: 10,
    faults,
    clock,
    speed,
    scheduler,
    startTs: START_TS,
  });
  /** Real milliseconds from the start. */
  const runTo = (ms: number) => {
    scheduler.maxFrames = ms;
    scheduler.flush();
    scheduler.frame = ms;
  };
  return { venue, scheduler, clock, runTo };
}

type Staged = ReturnType<typeof staged>;

/** A client that answers pings; what it hears, and when it was cut. */
function joined({ venue, clock }: Staged, path = ALL) {
  const frames: [ts: number, frame: string | Uint8Array][] = [];
  const cutTs: number[] = [];
  const client: VenueClient = {
    send: (frame) => frames.push([clock.now(), frame]),
    ping: (payload) => session.ponged(payload),
    close() {
      cutTs.push(clock.now());
      session.closed();
    },
  };
  const session = venue.accept(path, client);
  return { frames, cutTs, session };
}

type Client = ReturnType<typeof joined>;

/** The messages of combined frames, those that are none left out. */
function messagesOf({ frames }: Client): VenueMessage[] {
  return frames.flatMap(([, frame]) => {
    try {
      return [JSON.parse(frame as string).data];
    } catch {
      return [];
    }
  });
}

/** The market's own messages of the first `ms`, without any venue. */
function market(ms: number): VenueMessage[] {
  const machine = embeddedMarket({ seed: 7, symbols: SYMBOLS, startTs: START_TS, ticksPerS: 10 });
  let state = machine.initial();
  const all: VenueMessage[] = [];
  while (state.nextTs <= START_TS + ms) {
    const [next, messages] = machine.step(state, state.nextTs);
    state = next;
    all.push(...messages);
  }
  return all;
}

function faulty(account: VenueAccount): Partial<VenueAccount> {
  return Object.fromEntries(Object.entries(account).filter(([name, n]) => n > 0 && name !== "connections"));
}

const MINUTE = 60_000;

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

/** What one client sees of a minute with these faults; with account. */
function minuteOf(faults: readonly VenueFault[]) {
  const stage = staged({ faults });
  const client = joined(stage);
  stage.runTo(MINUTE);
  return { stage, client, account: faulty(stage.venue.account()) };
}

test("a gap withholds trades of the first symbol in a row, which REST still has", () => {
  const { stage, client, account } = minuteOf([fault("gap", { count: 7, every_ms: 30_000 })]);
  assert.equal(account, { gaps: 2, withheldTrades: 14 });
  const told = messagesOf(client);
  const missing = market(MINUTE).filter((message) => !told.some((one) => isSame(one, message)));
  assert.is(missing.length, 14);
  const gaps = tradeGaps();
  for (const message of told) {
    if ("e" in message && message.s === "BTCUSDT") takeTrade(gaps, message.t, 0);
  }
  assert.equal(gaps.missing.map(({ fromId, toId }) => toId - fromId + 1), [7, 7]);
  for (const { fromId, toId } of gaps.missing) {
    const path = `/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${fromId}&limit=7`;
    const trades = JSON.parse(stage.venue.answer("GET", path).body);
    assert.equal([trades[0].id, trades.at(-1).id], [fromId, toId]);
  }
});

function isSame(a: VenueMessage, b: VenueMessage): boolean {
  return a.s === b.s && ("e" in a ? "e" in b && a.t === b.t : !("e" in b) && a.u === b.u);
}

test("a stall is silent with the connection open, and what happened meanwhile is never told", () => {
  const { client, account } = minuteOf([fault("stall", { every_ms: 20_000 })]);
  const isStalled = (ms: number) => [5000, 25_000, 45_000].some((from) => ms >= from && ms < from + 3000);
  const lost = market(MINUTE).length - messagesOf(client).length;
  assert.ok(lost > 60, `${lost} lost`);
  assert.equal(client.frames.filter(([ts]) => isStalled(ts - START_TS)), []);
  assert.equal(client.cutTs, []);
  assert.is(account.stalls, 3);
  const trades = (messages: readonly VenueMessage[]) => messages.filter((message) => "e" in message).length;
  assert.is(account.stalledTrades, trades(market(MINUTE)) - trades(messagesOf(client)));
});

test("a duplicate is a message sent twice in a row", () => {
  const { client, account } = minuteOf([fault("duplicate", { count: 5, every_ms: 30_000 })]);
  assert.equal(account, { duplicates: 10 });
  const told = messagesOf(client);
  assert.equal(told.filter((message, i) => i === 0 || !isSame(message, told[i - 1]!)), market(MINUTE));
  assert.is(told.length, market(MINUTE).length + 10);
});

test("a bad frame comes before a good one, and takes nothing away", () => {
  const { client, account } = minuteOf([fault("bad_frame", { count: 8 })]);
  assert.equal(account, { badFrames: 8 });
  assert.is(client.frames.length, market(MINUTE).length + 8);
  const isGood = ([, frame]: Client["frames"][0]) =>
    typeof frame === "string" && frame.startsWith('{"stream"') && frame.endsWith("}}") &&
    !frame.includes("not a number");
  const good = client.frames.filter(isGood).map(([, frame]) => JSON.parse(frame as string).data);
  assert.equal(good, market(MINUTE));
});

test("a disconnect cuts all connections at its time, and a new one goes on", () => {
  const stage = staged({ faults: [fault("disconnect", { after_ms: 5001, every_ms: 20_000 })] });
  const [one, other] = [joined(stage), joined(stage)];
  stage.runTo(10_000);
  assert.equal([one.cutTs, other.cutTs], [[START_TS + 5001], [START_TS + 5001]]);
  assert.equal(messagesOf(one), market(5000));
  stage.runTo(30_000); // at 25,001 nobody is there to be cut
  const late = joined(stage);
  stage.runTo(50_000);
  assert.equal(late.cutTs, [START_TS + 45_001]);
  assert.equal(faulty(stage.venue.account()), { disconnects: 2, cutConnections: 3 });
  assert.is(stage.venue.account().connections, 3);
});

test("a fault that counts messages waits for somebody to see it", () => {
  const stage = staged({
    faults: [fault("gap", { count: 2 }), fault("duplicate", { count: 2 }), fault("bad_frame", { count: 2 })],
  });
  stage.runTo(20_000);
  assert.equal(faulty(stage.venue.account()), {});
  const client = joined(stage);
  stage.runTo(30_000);
  assert.equal(faulty(stage.venue.account()), { gaps: 1, withheldTrades: 2, duplicates: 2, badFrames: 2 });
  assert.is(client.frames.length, market(30_000).length - market(20_000).length + 2);
});

test("two connections see the same faults, counted once", () => {
  const stage = staged({ faults: [fault("gap", { count: 3 }), fault("bad_frame", { count: 2 })] });
  const [one, other] = [joined(stage), joined(stage)];
  stage.runTo(MINUTE);
  assert.equal(one.frames, other.frames);
  assert.equal(faulty(stage.venue.account()), { gaps: 1, withheldTrades: 3, badFrames: 2 });
});

test("REST faults last for their time, and are counted by answers", () => {
  const faults = [
    fault("error_5xx"),
    fault("too_many", { after_ms: 10_000 }),
    fault("slow", { after_ms: 15_000 }),
  ];
  const stage = staged({ faults });
  const statuses: string[] = [];
  for (const ms of [4999, 5000, 7999, 8000, 10_000, 13_000, 15_000, 18_000]) {
    stage.runTo(ms);
    const { status, delayMs, headers } = stage.venue.answer("GET", "/api/v3/ping");
    statuses.push(`${status} ${delayMs} ${headers["retry-after"] ?? ""}`.trim());
  }
  assert.equal(statuses, ["200 0", "503 0", "503 0", "200 0", "429 0 3", "200 0", "200 3000", "200 0"]);
  const counts = { restFaults: 4, unavailableAnswers: 2, tooManyAnswers: 1, slowAnswers: 1 };
  assert.equal(faulty(stage.venue.account()), counts);
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

test("embeddedVenue() does the same again, fault for fault", () => {
  const kinds = ["disconnect", "stall", "gap", "duplicate", "bad_frame", "error_5xx", "slow"] as const;
  const faults = kinds.map((kind, i) => fault(kind, { after_ms: 1000 * i, every_ms: 7000 + i, count: 3 }));
  const night = () => {
    const stage = staged({ faults });
    const frames: unknown[] = [];
    for (let s = 1; s <= 60; s++) { // a client that comes back every second
      const client = joined(stage);
      stage.runTo(s * 1000);
      frames.push(client.frames, client.cutTs, stage.venue.answer("GET", "/api/v3/time"));
      client.session.closed();
    }
    return [frames, stage.venue.account()];
  };
  assert.equal(night(), night());
});

test.run();
