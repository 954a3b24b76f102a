import { test } from "uvu";
import * as assert from "uvu/assert";
import { subscribedStreams } from "../../../../src/streams/sources/binance/subscribed_streams.ts";

test("subscribedStreams() has trades and quotes of each symbol, under names in lower case", () => {
  assert.equal([...subscribedStreams(["BTCUSDT", "1000SATSUSDT"])], [
    ["btcusdt@trade", { symbol: "BTCUSDT", kind: "trade" }],
    ["btcusdt@bookTicker", { symbol: "BTCUSDT", kind: "book" }],
    ["1000satsusdt@trade", { symbol: "1000SATSUSDT", kind: "trade" }],
    ["1000satsusdt@bookTicker", { symbol: "1000SATSUSDT", kind: "book" }],
  ]);
});

const named = (count: number) => Array.from({ length: count }, (_, i) => `X${i}`);

test("subscribedStreams() takes as many symbols as the venue allows on a connection", () => {
  assert.is(subscribedStreams(named(512)).size, 1024);
});

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [[], "No symbol given, expected at least one"],
  [["BTCUSDT", "BTCUSDT"], 'Symbol "BTCUSDT" is given twice, expected each once'],
  [["BTCUSDT", "btcusdt"], 'Symbol "btcusdt" is given twice, expected each once'],
  [named(513), "513 symbols are 1026 streams, expected at most 1024"],
];
for (const [symbols, message] of REFUSED) {
  test(`subscribedStreams() says "${message}" when given ${symbols.length} symbols`, () => {
    assert.throws(() => subscribedStreams(symbols), (error: Error) => error.message === message);
  });
}

test.run();
