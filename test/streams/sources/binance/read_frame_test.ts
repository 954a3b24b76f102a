import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Frame, readFrame } from "../../../../src/streams/sources/binance/read_frame.ts";
import { subscribedStreams } from "../../../../src/streams/sources/binance/subscribed_streams.ts";
import { jsonTestSuite, naughtyStrings } from "../../../support/bad_input.ts";
import { quoteMessage, tradeMessage } from "../../../support/feed_stage.ts";

const OPTIONS = {
  streams: subscribedStreams(["BTCUSDT", "ETHUSDT"]),
  tick: { venue: "binance", priceSource: "binance" },
  bytesMax: 65_536,
};
const read = (message: string | Uint8Array): Frame => readFrame(message, OPTIONS);
const wrapped = (stream: unknown, data: unknown) => JSON.stringify({ stream, data });

test("readFrame() gives the tick of a combined stream", () => {
  const trade = read(wrapped("btcusdt@trade", tradeMessage(7)));
  assert.equal(["kind" in trade && trade.kind, "trade_id" in trade && trade.trade_id], ["trade", 7]);
  const quote = read(wrapped("ethusdt@bookTicker", quoteMessage(8, "100", "ETHUSDT")));
  assert.equal([quote.kind, "update_id" in quote && quote.update_id], ["book", 8]);
});

const SHUTDOWN = { e: "serverShutdown", E: 1770123456789 };
const UNDERSTOOD: readonly (readonly [string, Frame])[] = [
  ['{"result":null,"id":1}', { kind: "reply", id: 1, result: null, refusal: null }],
  ['{"id":2,"result":["a"]}', { kind: "reply", id: 2, result: ["a"], refusal: null }],
  ['{"code":2,"msg":"no","id":3}', { kind: "reply", id: 3, result: undefined, refusal: 'code 2, "no"' }],
  ['{"code":3,"msg":"Invalid JSON"}', {
    kind: "reply",
    id: null,
    result: undefined,
    refusal: 'code 3, "Invalid JSON"',
  }],
  ['{"error":{"code":2,"msg":"no"},"id":null}', {
    kind: "reply",
    id: null,
    result: undefined,
    refusal: 'code 2, "no"',
  }],
  ['{"error":7,"id":1}', { kind: "reply", id: 1, result: undefined, refusal: 'code 7, ""' }],
  [JSON.stringify(SHUTDOWN), { kind: "shutdown" }],
  [wrapped("!serverShutdown", SHUTDOWN), { kind: "shutdown" }],
];
for (const [message, frame] of UNDERSTOOD) {
  test(`readFrame() understands ${message}`, () => assert.equal(read(message), frame));
}

const BAD: readonly (readonly [string | Uint8Array, string, string])[] = [
  [Uint8Array.of(1, 2), "FRAME_BINARY", "Frame is 2 bytes, expected text"],
  ["x".repeat(65_537), "FRAME_TOO_LONG", "Frame has 65537 characters, expected at most 65536"],
  ["", "FRAME_NOT_JSON", 'Frame is "", expected JSON'],
  ["<html>", "FRAME_NOT_JSON", 'Frame is "<html>", expected JSON'],
  [
    '{"stream":"btcusdt@trade","da',
    "FRAME_NOT_JSON",
    `Frame is "{\\"stream\\":\\"btcusdt@trade\\",\\"da", expected JSON`,
  ],
  ["[".repeat(65_000), "FRAME_NOT_JSON", `Frame is "${"[".repeat(40)}", expected JSON`],
  ["null", "FRAME_UNKNOWN", "Frame is null, expected a JSON object"],
  ["7", "FRAME_UNKNOWN", "Frame is 7, expected a JSON object"],
  ["[]", "FRAME_UNKNOWN", "Frame is an array, expected a JSON object"],
  ["{}", "FRAME_UNKNOWN", 'Frame has the keys "", expected a message'],
  ['{"id":1}', "FRAME_UNKNOWN", 'Frame has the keys "id", expected a message'],
  ['{"result":null}', "FRAME_UNKNOWN", 'Frame has the keys "result", expected a message'],
  ['{"result":null,"id":"1"}', "FRAME_UNKNOWN", 'Frame has the keys "result,id", expected a message'],
  ['{"code":1,"id":1.5}', "FRAME_UNKNOWN", 'Frame has the keys "code,id", expected a message'],
  [
    '{"__proto__":{"result":null,"id":1}}',
    "FRAME_UNKNOWN",
    'Frame has the keys "__proto__", expected a message',
  ],
  [
    JSON.stringify(tradeMessage(1)),
    "FRAME_UNKNOWN",
    'Frame has the keys "e,E,s,t,p,q,T,m,M", expected a message',
  ],
  [
    wrapped("btcusdt@depth", {}),
    "FRAME_UNKNOWN",
    'Stream is "btcusdt@depth", expected one that was subscribed to',
  ],
  [wrapped(7, {}), "FRAME_UNKNOWN", "Stream is 7, expected one that was subscribed to"],
  [wrapped(null, {}), "FRAME_UNKNOWN", "Stream is null, expected one that was subscribed to"],
  [
    wrapped("!serverShutdown", {}),
    "FRAME_UNKNOWN",
    'Stream is "!serverShutdown", expected one that was subscribed to',
  ],
  [
    wrapped("!serverShutdown", null),
    "FRAME_UNKNOWN",
    'Stream is "!serverShutdown", expected one that was subscribed to',
  ],
  [wrapped("btcusdt@trade", null), "TICK_UNUSABLE", "Message is null, expected a JSON object"],
  [
    wrapped("btcusdt@trade", SHUTDOWN),
    "TICK_UNUSABLE",
    'Event is "serverShutdown", expected a trade or a bookTicker',
  ],
  [
    wrapped("btcusdt@trade", tradeMessage(1, "ETHUSDT")),
    "TICK_UNUSABLE",
    'Stream "btcusdt@trade" holds a trade of "ETHUSDT"',
  ],
  [
    wrapped("btcusdt@trade", quoteMessage(1)),
    "TICK_UNUSABLE",
    'Stream "btcusdt@trade" holds a book of "BTCUSDT"',
  ],
  [
    wrapped("btcusdt@trade", { ...tradeMessage(1), p: 1 }),
    "TICK_UNUSABLE",
    "Price is 1, expected a decimal above 0 with at most 8 decimals, as text",
  ],
];
for (const [message, code, detail] of BAD) {
  test(`readFrame() says ${code}: ${detail.slice(0, 60)}`, () => {
    assert.equal(read(message), { kind: "bad", code, detail });
  });
}

/** None of it is a message of the market, whatever it is wrapped in. */
function assertBad(text: string): void {
  for (
    const message of [text, `{"stream":"btcusdt@trade","data":${text}}`, `{"stream":${text},"data":${text}}`]
  ) {
    const frame = read(message);
    assert.ok(frame.kind === "bad" || frame.kind === "reply", message.slice(0, 100));
  }
}

const suite = jsonTestSuite();
(suite.length === 0 ? test.skip : test)("readFrame() takes none of the JSON test suite for a tick", () => {
  assert.ok(suite.length > 300);
  const decoder = new TextDecoder();
  for (const bytes of suite) {
    assert.is(read(bytes).kind, "bad");
    assertBad(decoder.decode(bytes));
  }
});

const naughty = naughtyStrings();
(naughty.length === 0 ? test.skip : test)("readFrame() takes none of the naughty strings for a tick", () => {
  assert.ok(naughty.length > 500);
  for (const text of naughty) {
    assertBad(text);
    assertBad(JSON.stringify(text));
    for (const key of ["s", "p", "q", "t", "E", "T"]) {
      const frame = read(wrapped("btcusdt@trade", { ...tradeMessage(1), [key]: text }));
      // "0.00000001" and the like are fine prices
      if (frame.kind !== "trade") assert.is(frame.kind, "bad");
      else assert.ok(key === "p" || key === "q");
    }
  }
});

test("readFrame() never throws, and a tick is one that was subscribed to", () => {
  const field = fc.constantFrom(
    "stream",
    "data",
    "e",
    "E",
    "s",
    "t",
    "p",
    "q",
    "T",
    "u",
    "b",
    "B",
    "a",
    "A",
    "id",
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>("btcusdt@trade", "BTCUSDT", "trade", "1.5", 7, tradeMessage(1), quoteMessage(2)),
  );
  const message = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(field, value).map((fields) => JSON.stringify(fields)),
    fc.tuple(fc.constantFrom(tradeMessage(1), quoteMessage(2)), fc.dictionary(field, value)).map((
      [data, change],
    ) => wrapped("btcusdt@trade", { ...data, ...change })),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(message, (frame) => {
      const told = read(frame);
      if (told.kind === "trade" || told.kind === "book") assert.is(told.symbol, "BTCUSDT");
    }),
    { numRuns: 2000 },
  );
});

test.run();
