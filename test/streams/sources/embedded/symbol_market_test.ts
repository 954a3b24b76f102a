import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePrice, parseQuantity } from "../../../../src/core/fixed_point.ts";
import type {
  BookTickerMessage,
  VenueMessage,
} from "../../../../src/streams/sources/binance/venue_message.ts";
import { symbolMarket } from "../../../../src/streams/sources/embedded/symbol_market.ts";
import { EMBEDDED_SYMBOLS, embeddedSymbol } from "../../../../src/streams/sources/embedded/symbols.ts";

const START_TS = 1_795_298_400_000;
const EIGHT_DECIMALS = /^[0-9]+\.[0-9]{8}$/;

interface Told {
  readonly ts: number;
  readonly message: VenueMessage;
}

function told(
  options: {
    readonly symbol: string;
    readonly seed: number;
    readonly ticksPerS: number;
    readonly count: number;
  },
): Told[] {
  const market = symbolMarket(embeddedSymbol(options.symbol), { ...options, startTs: START_TS });
  return Array.from({ length: options.count }, () => ({ ts: market.nextTs, message: market.take() }));
}

const anySymbol = fc.constantFrom(...EMBEDDED_SYMBOLS.keys());

test("take() tells a consistent market, whatever the symbol, seed and rate", () => {
  fc.assert(
    fc.property(
      anySymbol,
      fc.maxSafeNat(),
      fc.constantFrom(0.5, 10, 997, 10_000),
      (symbol, seed, ticksPerS) => {
        const { rules } = embeddedSymbol(symbol);
        let book: BookTickerMessage | null = null;
        let lastTs = START_TS;
        let tradeId = 0;
        let takenFromBid = 0n;
        let takenFromAsk = 0n;
        for (const { ts, message } of told({ symbol, seed, ticksPerS, count: 400 })) {
          assert.ok(Number.isSafeInteger(ts) && ts >= lastTs, "time goes on");
          lastTs = ts;
          assert.is(message.s, symbol);
          if (!("e" in message)) {
            for (const text of [message.b, message.B, message.a, message.A]) {
              assert.match(
                text,
                EIGHT_DECIMALS,
              );
            }
            assert.ok(parsePrice(message.b) < parsePrice(message.a), "not crossed");
            assert.is(parsePrice(message.b) % rules.priceTick, 0n);
            assert.is(parsePrice(message.a) % rules.priceTick, 0n);
            assert.is(parseQuantity(message.B) % rules.quantityStep, 0n);
            assert.is(parseQuantity(message.A) % rules.quantityStep, 0n);
            assert.ok(
              parseQuantity(message.B) > 0n && parseQuantity(message.A) > 0n,
              "something is displayed",
            );
            if (book !== null) {
              assert.ok(message.u > book.u, "update ids increase");
              assert.not.equal({ ...message, u: 0 }, { ...book, u: 0 }, "a book message tells a change");
            }
            book = message;
            takenFromBid = takenFromAsk = 0n;
          } else {
            assert.ok(book !== null, "the book comes first");
            assert.ok(
              message.t > 2 ** 31 && (tradeId === 0 || message.t === tradeId + 1),
              "trade ids have no gap",
            );
            tradeId = message.t;
            assert.is(message.E, ts);
            assert.is(message.T, ts - 1);
            assert.is(message.M, true);
            assert.match(message.q, EIGHT_DECIMALS);
            assert.is(message.p, message.m ? book.b : book.a, "at the bid where the buyer was the maker");
            const quantity = parseQuantity(message.q);
            assert.ok(quantity > 0n && quantity % rules.quantityStep === 0n);
            if (message.m) takenFromBid += quantity;
            else takenFromAsk += quantity;
            assert.ok(
              takenFromBid < parseQuantity(book.B) && takenFromAsk < parseQuantity(book.A),
              "out of what is displayed",
            );
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("take() keeps the rate and the mix of messages on average", () => {
  for (const ticksPerS of [1, 10, 250]) {
    const messages = told({ symbol: "ETHUSDT", seed: 5, ticksPerS, count: 20_000 });
    const perS = messages.length / ((messages.at(-1)!.ts - START_TS) / 1000);
    const bookShare = messages.filter(({ message }) => !("e" in message)).length / messages.length;
    assert.ok(Math.abs(perS / ticksPerS - 1) < 0.02, `${perS} a second`);
    assert.ok(Math.abs(bookShare - 0.6) < 0.02, `${bookShare} are of the book`);
  }
});

/** Tenth of a second → the bid, as a part of the first one. */
function bidsOf(symbol: string, ticksPerS: number): Map<number, number> {
  const bids = new Map<number, number>();
  let first = 0;
  for (const { ts, message } of told({ symbol, seed: 9, ticksPerS, count: 60 * ticksPerS })) {
    if ("e" in message) continue;
    if (first === 0) first = Number(message.b);
    bids.set(Math.floor((ts - START_TS) / 100), Number(message.b) / first);
  }
  return bids;
}

/** How far two symbols or rates were apart, at each time at which both were told. */
function distances(one: Map<number, number>, other: Map<number, number>): number[] {
  return [...one].flatMap(([tenth, bid]) => other.has(tenth) ? [Math.abs(bid - other.get(tenth)!)] : []);
}

test("take() shows the same prices at the same time however many messages there are", () => {
  const found = distances(bidsOf("BTCUSDT", 10), bidsOf("BTCUSDT", 200));
  assert.ok(found.length > 100, `${found.length} compared`);
  assert.is(Math.max(...found), 0);
});

test("take() moves each symbol in a way of its own", () => {
  assert.ok(Math.max(...distances(bidsOf("BTCUSDT", 20), bidsOf("ETHUSDT", 20))) > 1e-4);
});

test("take() trades more on the side to which the price moves", () => {
  let following = 0;
  let trades = 0;
  let bid = 0;
  let isBuy: boolean | null = null;
  for (const { message } of told({ symbol: "BTCUSDT", seed: 3, ticksPerS: 10, count: 50_000 })) {
    if ("e" in message) isBuy = !message.m;
    else {
      if (isBuy !== null && Number(message.b) !== bid) {
        trades++;
        if (isBuy === Number(message.b) > bid) following++;
      }
      bid = Number(message.b);
      isBuy = null;
    }
  }
  assert.ok(following / trades > 0.52, `${following / trades}`);
});

test.run();
