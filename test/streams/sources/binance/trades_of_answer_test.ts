import { test } from "uvu";
import * as assert from "uvu/assert";
import { tradesOfAnswer } from "../../../../src/streams/sources/binance/trades_of_answer.ts";
import { realData } from "../../../support/real_data.ts";

const OPTIONS = { venue: "binance", priceSource: "binance" };
/** The venue's own example. */
const TRADE = {
  id: 28457,
  price: "4.00000100",
  qty: "12.00000000",
  quoteQty: "48.000012",
  time: 1499865549590,
  isBuyerMaker: true,
  isBestMatch: true,
};

test("tradesOfAnswer() gives trades without an event time, in the order of their ids", () => {
  const trades = tradesOfAnswer([TRADE, { ...TRADE, id: 9 }], "BNBBTC", OPTIONS);
  assert.is(
    JSON.stringify(trades[1]),
    '{"venue":"binance","symbol":"BNBBTC","price":"4.000001","price_source":"binance","kind":"trade",' +
      '"event_ts":null,"qty":"12","trade_id":28457,"trade_ts":1499865549590}',
  );
  assert.is((trades[0] as unknown as { trade_id: number }).trade_id, 9);
  assert.equal(tradesOfAnswer([], "BNBBTC", OPTIONS), []);
});

const REFUSED: readonly (readonly [unknown, string])[] = [
  [{ code: -1003 }, "Answer is an object, expected an array of trades"],
  [null, "Answer is null, expected an array of trades"],
  [[TRADE, 5], "Trade is 5, expected an object"],
  [[null], "Trade is null, expected an object"],
  [[[]], "Price is undefined, expected a decimal above 0 with at most 8 decimals, as text"],
  [[{ ...TRADE, price: 4 }], "Price is 4, expected a decimal above 0 with at most 8 decimals, as text"],
  [
    [TRADE, { ...TRADE, qty: "0" }],
    'Quantity is "0", expected a decimal above 0 with at most 8 decimals, as text',
  ],
  [[{ ...TRADE, id: 2 ** 53 }], "Trade id is 9007199254740992, expected a whole number"],
  [[{ ...TRADE, time: TRADE.time * 1000 }], "Event time is 1499865549590000, expected unix milliseconds"],
];
for (const [answer, reason] of REFUSED) {
  test(`tradesOfAnswer() says "${reason}"`, () => {
    assert.is(tradesOfAnswer(answer, "BNBBTC", OPTIONS), reason);
  });
}

const recorded = realData("adapter/nautilus-binance/spot/http_json/trades_response.json");
(recorded === null ? test.skip : test)("tradesOfAnswer() takes an answer of the venue", () => {
  const answer = JSON.parse(recorded!) as { id: number }[];
  const trades = tradesOfAnswer(answer, "BTCUSDT", OPTIONS);
  assert.not.type(trades, "string");
  assert.is(trades.length, answer.length);
});

test.run();
