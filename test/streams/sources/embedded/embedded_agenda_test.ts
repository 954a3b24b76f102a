import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MarketTick } from "../../../../src/core/event.ts";
import type { Machine } from "../../../../src/core/machine.ts";
import type {
  BookTickerMessage,
  VenueMessage,
} from "../../../../src/streams/sources/binance/venue_message.ts";
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

test.run();
