import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MarketTick } from "../../../../src/core/event.ts";
import { formatUnits, midOf, parsePrice } from "../../../../src/core/fixed_point.ts";
import { tickOfMessage } from "../../../../src/streams/sources/binance/tick_of_message.ts";
import { realData } from "../../../support/real_data.ts";

const OPTIONS = { venue: "binance", priceSource: "live" };
const TRADE = {
  e: "trade",
  E: 1723161255343,
  s: "BTCUSDT",
  t: 3735683259,
  p: "61837.63000000",
  q: "0.02000000",
  T: 1723161255342,
  m: true,
  M: true,
};
const BOOK = {
  u: 50093239212,
  s: "BTCUSDT",
  b: "61837.63000000",
  B: "3.78826000",
  a: "61837.64000000",
  A: "1.54698000",
};

test("tickOfMessage() gives a trade tick, fields in the order of the log, when told a trade", () => {
  assert.is(
    JSON.stringify(tickOfMessage(TRADE, OPTIONS)),
    '{"venue":"binance","symbol":"BTCUSDT","price":"61837.63","price_source":"live","kind":"trade",' +
      '"event_ts":1723161255343,"qty":"0.02","trade_id":3735683259,"trade_ts":1723161255342}',
  );
});

test("tickOfMessage() gives a book tick at the mid, without a time, when told a bookTicker", () => {
  assert.is(
    JSON.stringify(tickOfMessage(BOOK, OPTIONS)),
    '{"venue":"binance","symbol":"BTCUSDT","price":"61837.635","price_source":"live","kind":"book",' +
      '"event_ts":null,"bid":"61837.63","ask":"61837.64","bid_qty":"3.78826","ask_qty":"1.54698",' +
      '"update_id":50093239212}',
  );
});

test("tickOfMessage() takes a locked book, whose bid is the ask", () => {
  assert.is((tickOfMessage({ ...BOOK, a: BOOK.b }, OPTIONS) as MarketTick).price, "61837.63");
});

const LONG = "9".repeat(1_000_000);
const REFUSED: readonly (readonly [unknown, string])[] = [
  [null, "Message is null, expected a JSON object"],
  ["x", 'Message is "x", expected a JSON object'],
  [[], "Event is undefined, expected a trade or a bookTicker"],
  [{}, "Event is undefined, expected a trade or a bookTicker"],
  [{ result: null, id: 1 }, "Event is undefined, expected a trade or a bookTicker"],
  [{ ...TRADE, e: "aggTrade" }, 'Event is "aggTrade", expected a trade or a bookTicker'],
  [{ ...TRADE, e: {} }, "Event is an object, expected a trade or a bookTicker"],
  [{ ...BOOK, e: null }, "Event is null, expected a trade or a bookTicker"],
  [{ ...TRADE, s: undefined }, "Symbol is undefined, expected 1 to 20 capitals and digits"],
  [{ ...TRADE, s: "" }, 'Symbol is "", expected 1 to 20 capitals and digits'],
  [{ ...TRADE, s: "btcusdt" }, 'Symbol is "btcusdt", expected 1 to 20 capitals and digits'],
  [{ ...BOOK, s: "BTC/USDT" }, 'Symbol is "BTC/USDT", expected 1 to 20 capitals and digits'],
  [{ ...BOOK, s: "BTC:USDT" }, 'Symbol is "BTC:USDT", expected 1 to 20 capitals and digits'],
  [{ ...BOOK, s: "A".repeat(21) }, `Symbol is "${"A".repeat(21)}", expected 1 to 20 capitals and digits`],
  [
    { ...TRADE, p: 61837.63 },
    "Price is 61837.63, expected a decimal above 0 with at most 8 decimals, as text",
  ],
  [{ ...TRADE, p: "0.0" }, 'Price is "0.0", expected a decimal above 0 with at most 8 decimals, as text'],
  [
    { ...TRADE, p: LONG },
    `Price is "${"9".repeat(40)}", expected a decimal above 0 with at most 8 decimals, as text`,
  ],
  [{ ...TRADE, q: "-1" }, 'Quantity is "-1", expected a decimal above 0 with at most 8 decimals, as text'],
  [{ ...TRADE, q: "0" }, 'Quantity is "0", expected a decimal above 0 with at most 8 decimals, as text'],
  [
    { ...TRADE, q: ["1"] },
    "Quantity is an array, expected a decimal above 0 with at most 8 decimals, as text",
  ],
  [{ ...TRADE, t: "1" }, 'Trade id is "1", expected a whole number'],
  [{ ...TRADE, t: 2 ** 53 }, "Trade id is 9007199254740992, expected a whole number"],
  [{ ...TRADE, E: -1 }, "Event time is -1, expected unix milliseconds"],
  [{ ...TRADE, E: 1723161255343000 }, "Event time is 1723161255343000, expected unix milliseconds"],
  [{ ...TRADE, T: 0.5 }, "Trade time is 0.5, expected unix milliseconds"],
  [{ ...BOOK, b: "x" }, 'Bid is "x", expected a decimal above 0 with at most 8 decimals, as text'],
  [
    { ...BOOK, b: "0.00000000" },
    'Bid is "0.00000000", expected a decimal above 0 with at most 8 decimals, as text',
  ],
  [{ ...BOOK, a: "0.0" }, 'Ask is "0.0", expected a decimal above 0 with at most 8 decimals, as text'],
  [{ ...BOOK, a: null }, "Ask is null, expected a decimal above 0 with at most 8 decimals, as text"],
  [{ ...BOOK, B: "0" }, 'Bid quantity is "0", expected a decimal above 0 with at most 8 decimals, as text'],
  [
    { ...BOOK, A: "1e5" },
    'Ask quantity is "1e5", expected a decimal above 0 with at most 8 decimals, as text',
  ],
  [{ ...BOOK, u: NaN }, "Update id is NaN, expected a whole number"],
  [{ ...BOOK, u: true }, "Update id is true, expected a whole number"],
  [{ ...BOOK, a: "61837.62" }, 'Bid is "61837.63", expected at most the ask "61837.62"'],
];
for (const [message, reason] of REFUSED) {
  test(`tickOfMessage() says: ${reason}`, () => assert.is(tickOfMessage(message, OPTIONS), reason));
}

test("tickOfMessage() gives a sound tick or a short reason, and never throws, whatever it is told", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("1", "0.5", "BTCUSDT", "trade", 5, LONG));
  const keys = ["e", "E", "s", "t", "p", "q", "T", "u", "b", "B", "a", "A"] as const;
  const fields = fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
  const changed = fc.record({ base: fc.constantFrom(TRADE, BOOK), fields })
    .map(({ base, fields }) => ({ ...base, ...fields }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fields, changed), (message) => {
      const tick = tickOfMessage(message, OPTIONS);
      if (typeof tick === "string") assert.ok(tick.length < 250);
      else assert.ok(parsePrice(tick.price) > 0n && JSON.stringify(tick).length < 600);
    }),
    { numRuns: 2000 },
  );
});

const naughty = realData("badinput/blns/blns.json");
if (naughty !== null) {
  test("tickOfMessage() puts no naughty string into a tick", () => {
    const strings = JSON.parse(naughty) as string[];
    assert.ok(strings.length > 500);
    for (const text of strings) {
      for (const key of ["s", "p", "q", "E", "T", "t", "e"]) {
        const tick = tickOfMessage({ ...TRADE, [key]: text }, OPTIONS);
        if (typeof tick === "string") continue;
        assert.ok(/^[A-Z0-9]{1,20}$/.test(tick.symbol) && /^[0-9.]+$/.test(tick.price), text);
      }
    }
  });
}

const frames = realData("market/excerpt/btcusdt-spot-first3000.gz");
if (frames !== null) {
  test("tickOfMessage() takes every trade and bookTicker that was recorded live, and nothing else", () => {
    const counts = { trade: 0, book: 0, refused: 0 };
    for (const line of frames.split("\n").filter((text) => text !== "")) {
      const frame = JSON.parse(line.slice(line.indexOf(" ") + 1));
      const message = frame.data ?? frame;
      const tick = tickOfMessage(message, OPTIONS);
      if (typeof tick === "string") {
        counts.refused++;
        assert.ok(message.e === "depthUpdate" || message.lastUpdateId !== undefined, tick);
      } else if (tick.kind === "trade") {
        counts.trade++;
        assert.is(parsePrice(tick.price), parsePrice(message.p));
        assert.equal([tick.trade_id, tick.event_ts, tick.trade_ts], [message.t, message.E, message.T]);
      } else if (tick.kind === "book") {
        counts.book++;
        assert.is(tick.price, formatUnits(midOf(parsePrice(message.b), parsePrice(message.a))));
        assert.equal([tick.bid, tick.ask], [Number(message.b).toString(), Number(message.a).toString()]);
        assert.is(tick.update_id, message.u);
      }
    }
    assert.equal(counts.trade + counts.book + counts.refused, 3000);
    assert.ok(counts.trade > 100 && counts.book > 1000, JSON.stringify(counts));
  });
}

test.run();
