import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BookTick, MarketTick, TradeTick } from "../../../../src/core/event.ts";
import type { Machine } from "../../../../src/core/machine.ts";
import type {
  BookTickerMessage,
  VenueMessage,
} from "../../../../src/streams/sources/binance/venue_message.ts";
import { arrivals } from "../../../../src/streams/sources/binance/arrivals.ts";
import { embeddedAgenda } from "../../../../src/streams/sources/embedded/embedded_agenda.ts";
import {
  embeddedMarket,
  type MarketState,
} from "../../../../src/streams/sources/embedded/embedded_market.ts";
import { repoContracts } from "../../../support/repo_contracts.ts";

const book: BookTickerMessage = { u: 7, s: "BTCUSDT", b: "100.00", B: "1.50", a: "100.02", A: "2.00" };

/** A market that says what is written down for each time. */
function scripted(script: readonly (readonly [number, readonly VenueMessage[]])[]): Machine<
  MarketState,
  number,
  VenueMessage
> {
  let at = 0;
  const state: MarketState = { nextTs: script[0]?.[0] ?? Infinity, markets: [] };
  return {
    name: "scripted",
    initial: () => state,
    step(current, ts) {
      assert.is(ts, current.nextTs);
      const [, messages] = script[at++]!;
      current.nextTs = script[at]?.[0] ?? Infinity;
      return [current, messages];
    },
  };
}

const never = { onUnusable: (_: VenueMessage, reason: string) => assert.unreachable(reason) };

test("embeddedAgenda() gives a market's messages as ticks, at the time they are taken", () => {
  const agenda = embeddedAgenda(scripted([[10, [book]], [20, [book, { ...book, s: "ETHUSDT" }]]]), never);
  assert.is(agenda.nextTs, 10);
  assert.equal(agenda.take(13), [{
    type: "market_tick",
    source: "market_role",
    ts: 13,
    cause: null,
    payload: {
      venue: "embedded",
      symbol: "BTCUSDT",
      price: "100.01",
      price_source: "embedded",
      kind: "book",
      event_ts: null,
      bid: "100",
      ask: "100.02",
      bid_qty: "1.5",
      ask_qty: "2",
      update_id: 7,
    },
  }]);
  assert.is(agenda.nextTs, 20);
  assert.equal(agenda.take(20).map(({ payload }) => (payload as MarketTick).symbol), ["BTCUSDT", "ETHUSDT"]);
  assert.is(agenda.nextTs, Infinity);
});

test("embeddedAgenda() hands over what cannot be a tick, and gives the rest", () => {
  const crossed: BookTickerMessage = { ...book, b: "100.03" };
  const broken = { ...book, a: "a hundred" };
  const unusable: [VenueMessage, string, number][] = [];
  const agenda = embeddedAgenda(scripted([[10, [crossed, book, broken]], [11, [crossed]]]), {
    onUnusable: (message, reason, ts) => unusable.push([message, reason, ts]),
  });
  assert.is(agenda.take(12).length, 1);
  assert.equal(agenda.take(14), []);
  assert.equal(unusable.map(([message, , ts]) => [message, ts]), [[crossed, 12], [broken, 12], [
    crossed,
    14,
  ]]);
  for (const [, reason] of unusable) assert.ok(reason.length > 0);
});

test("embeddedAgenda() gives ticks of the embedded market that all fit their schema, in the order of time", () => {
  const startTs = 1_795_298_400_000;
  const market = embeddedMarket({ seed: 3, symbols: ["BTCUSDT", "DOGEUSDT"], startTs, ticksPerS: 50 });
  const agenda = embeddedAgenda(market, never);
  let count = 0;
  for (let lastTs = startTs; count < 5000;) {
    assert.ok(agenda.nextTs >= lastTs);
    lastTs = agenda.nextTs;
    for (const { type, source, payload } of agenda.take(lastTs)) {
      assert.is(repoContracts.checkPayload(type, source, payload), null);
      count++;
    }
  }
});

test("embeddedAgenda() of a run that goes on gives exactly what has not arrived yet, wherever it was cut", () => {
  const made = () => embeddedMarket({ seed: 3, symbols: ["BTCUSDT", "DOGEUSDT"], startTs: 0, ticksPerS: 50 });
  const whole = embeddedAgenda(made(), never);
  const all: (readonly [ts: number, tick: BookTick | TradeTick])[] = [];
  while (all.length < 400) {
    const ts = whole.nextTs;
    for (const { payload } of whole.take(ts)) all.push([ts, payload as BookTick | TradeTick]);
  }
  for (let cut = 0; cut < 300; cut += 7) {
    const arrived = arrivals(["BTCUSDT", "DOGEUSDT"]);
    for (const [ts, tick] of all.slice(0, cut)) arrived.take(tick, ts);
    const agenda = embeddedAgenda(made(), { ...never, arrived });
    const rest: unknown[] = [];
    assert.is(agenda.nextTs, all[cut]![0], `of ${cut}`);
    while (rest.length < 50) {
      const ts = agenda.nextTs;
      for (const { payload } of agenda.take(ts)) rest.push([ts, payload]);
    }
    assert.equal(rest.slice(0, 50), all.slice(cut, cut + 50), `of ${cut}`);
  }
});

test("embeddedAgenda() of a run that goes on ends where its market has no more", () => {
  const arrived = arrivals(["BTCUSDT"]);
  arrived.take(bookOf(7), 10);
  const agenda = embeddedAgenda(scripted([[10, [book]]]), { ...never, arrived });
  assert.is(agenda.nextTs, Infinity);
});

function bookOf(update_id: number): BookTick {
  const [draft] = embeddedAgenda(scripted([[10, [{ ...book, u: update_id }]]]), never).take(10);
  return draft!.payload as BookTick;
}

test.run();
