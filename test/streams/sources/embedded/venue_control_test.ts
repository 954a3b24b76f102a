import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { STREAMS_MAX, venueControl } from "../../../../src/streams/sources/embedded/venue_control.ts";

const BTC = "btcusdt@trade";
const ETH = "ethusdt@bookTicker";

test("venueControl() subscribes, lists and unsubscribes", () => {
  const streams = new Set<string>();
  const talk: readonly (readonly [string, string, readonly string[]])[] = [
    [`{"method":"SUBSCRIBE","params":["${BTC}","${ETH}"],"id":1}`, '{"result":null,"id":1}', [BTC, ETH]],
    [`{"method":"SUBSCRIBE","params":["${BTC}"],"id":"again7"}`, '{"result":null,"id":"again7"}', [BTC, ETH]],
    ['{"method":"LIST_SUBSCRIPTIONS","id":3}', `{"result":["${BTC}","${ETH}"],"id":3}`, [BTC, ETH]],
    [`{"method":"UNSUBSCRIBE","params":["${BTC}"],"id":null}`, '{"result":null,"id":null}', [ETH]],
    [`{"method":"UNSUBSCRIBE","params":["${BTC}"],"id":-5}`, '{"result":null,"id":-5}', [ETH]],
    ['{"method":"SUBSCRIBE","params":["nope@nothing"],"id":6}', '{"result":null,"id":6}', [
      ETH,
      "nope@nothing",
    ]],
  ];
  for (const [request, answer, after] of talk) {
    assert.is(venueControl(request, streams), answer);
    assert.equal([...streams], after);
  }
});

const REFUSED: readonly (readonly [request: string, code: number, msg: RegExp])[] = [
  ["", 3, /^Invalid JSON: /],
  ["{", 3, /^Invalid JSON: /],
  ["null", 2, /expected a JSON object/],
  ["[]", 2, /expected a JSON object/],
  ["7", 2, /expected a JSON object/],
  ['{"id":1}', 2, /missing field `method`/],
  [
    '{"method":"subscribe","id":1}',
    2,
    /unknown variant "subscribe", expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`$/,
  ],
  ['{"method":{"a":1},"id":1}', 2, /unknown variant/],
  [`{"method":"SUBSCRIBE","params":["${BTC}"]}`, 2, /request ID must be an unsigned integer/],
  [`{"method":"SUBSCRIBE","params":["${BTC}"],"id":1.5}`, 2, /request ID/],
  [`{"method":"SUBSCRIBE","params":["${BTC}"],"id":"${"a".repeat(37)}"}`, 2, /request ID/],
  [`{"method":"SUBSCRIBE","params":["${BTC}"],"id":{}}`, 2, /request ID/],
  ['{"method":"SUBSCRIBE","id":1}', 2, /params must be/],
  ['{"method":"SUBSCRIBE","params":[],"id":1}', 2, /params must be/],
  [`{"method":"SUBSCRIBE","params":"${BTC}","id":1}`, 2, /params must be/],
  [`{"method":"SUBSCRIBE","params":["${BTC}",7],"id":1}`, 2, /params must be/],
  ['{"method":"SUBSCRIBE","params":["BTCUSDT@trade"],"id":1}', 2, /params must be/],
  [`{"method":"SUBSCRIBE","params":["${"a".repeat(70)}@trade"],"id":1}`, 2, /params must be/],
  ['{"method":"LIST_SUBSCRIPTIONS","params":[],"id":1}', 2, /too many parameters/],
];
test("venueControl() refuses nonsense in the venue's form, and changes nothing", () => {
  for (const [request, code, msg] of REFUSED) {
    const streams = new Set([ETH]);
    const answer = JSON.parse(venueControl(request, streams));
    assert.equal(Object.keys(answer), ["code", "msg"]);
    assert.is(answer.code, code, request);
    assert.match(answer.msg, msg);
    assert.equal([...streams], [ETH]);
  }
});

test("venueControl() takes as many streams as a connection may have, and not one more", () => {
  const names = Array.from({ length: STREAMS_MAX }, (_, i) => `s${i}@trade`);
  const streams = new Set<string>();
  const subscribe = (params: readonly string[]) =>
    venueControl(JSON.stringify({ method: "SUBSCRIBE", params, id: 1 }), streams);
  assert.is(subscribe(names), '{"result":null,"id":1}');
  assert.match(subscribe(["one@more"]), /too many parameters/);
  assert.is(streams.size, STREAMS_MAX);
  assert.is(subscribe(names.slice(0, 5)), '{"result":null,"id":1}');
});

test("venueControl() answers any text with JSON", () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({
      method: fc.constantFrom("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "X"),
      params: fc.jsonValue(),
      id: fc.jsonValue(),
    }).map((request) => JSON.stringify(request)),
  );
  fc.assert(fc.property(text, (request) => {
    const answer = JSON.parse(venueControl(request, new Set([BTC])));
    assert.ok("result" in answer !== "code" in answer);
  }));
});

test.run();
