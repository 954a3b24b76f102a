import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  book,
  eventOf,
  fill,
  orderIdOf,
  result,
  signal,
  timer,
  trade,
} from "../../support/trading_events.ts";
import { holding, night } from "../../support/risk_stage.ts";

test("riskRole() answers a signal with ALLOW and the order, field by field", () => {
  const it = night({}, { order: { type: "LIMIT", tif: "GTC" } });
  it.step(book(1, "98.7", "98.9"));
  const [action, intent] = it.raw(signal(5, "BUY"));
  assert.is(
    JSON.stringify(action!.payload),
    '{"strategy_id":"alpha","symbol":"AAAUSDT","action":"ALLOW","reason_code":"OK"}',
  );
  assert.is(
    JSON.stringify(intent!.payload),
    '{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","side":"BUY","qty":"1.01","order_type":"LIMIT",' +
      '"client_order_id":"20261121220000-1","limit_price":"98.7","tif":"GTC",' +
      '"facts":{"notional":9968700000,"price":9870000000,"orders_in_window":1,"stopping":false,"frozen":false}}',
  );
});

test("riskRole() sends a market order without a limit", () => {
  const it = night();
  it.step(book(1, "99", "100"));
  assert.is(
    JSON.stringify(it.raw(signal(5, "BUY"))[1]!.payload),
    '{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","side":"BUY","qty":"1","order_type":"MARKET",' +
      '"client_order_id":"20261121220000-1","tif":"GTC",' +
      '"facts":{"notional":10000000000,"price":10000000000,"orders_in_window":1,"stopping":false,"frozen":false}}',
  );
});

test("riskRole() says why there is no order", () => {
  const it = night();
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_NO_PRICE alpha AAAUSDT"]);
  it.step(trade(1, "100"));
  it.step(book(1, "99", "100", { venue: "elsewhere" }));
  it.step(book(1, "99", "100", { symbol: "CCCUSDT" }));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_NO_PRICE alpha AAAUSDT"]);
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "SELL")), ["DENY RISK_NO_POSITION alpha AAAUSDT"]);
  it.step(signal(1, "BUY"));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_POSITION_OPEN alpha AAAUSDT"]);
  const [action] = it.raw(signal(1, "BUY"));
  assert.is((action!.payload as { detail: string }).detail, "an order for AAAUSDT is open");
});

test("riskRole() throws on a signal of a strategy that it does not know", () => {
  assert.throws(
    () => night().step(signal(1, "BUY", { strategy: "gamma" })),
    /Signal of an unknown strategy "gamma"/,
  );
});

test("riskRole() counts orders and numbers them through all strategies and symbols", () => {
  const it = night();
  it.step(book(1, "99", "100"));
  it.step(book(1, "99", "100", { symbol: "BBBUSDT" }));
  const more = [{}, { strategy: "beta" }, { symbol: "BBBUSDT" }, { strategy: "beta", symbol: "BBBUSDT" }];
  const intents = more.map((each) =>
    it.raw(signal(1, "BUY", each))[1]!.payload as { client_order_id: string }
  );
  assert.equal(intents.map(({ client_order_id }) => client_order_id), [1, 2, 3, 4].map(orderIdOf));
  assert.equal(
    intents.map((intent) =>
      (intent as unknown as { facts: { orders_in_window: number } }).facts.orders_in_window
    ),
    [1, 2, 3, 4],
  );
});

test("riskRole() sells what it bought and may then buy again", () => {
  const it = holding();
  it.step(book(3, "104", "105"));
  assert.equal(it.step(signal(3, "SELL")), ["ALLOW OK alpha AAAUSDT", "#2 SELL 1 MARKET GTC"]);
  assert.equal(it.step(signal(3, "SELL")), ["DENY RISK_NO_POSITION alpha AAAUSDT"]);
  it.step(fill(4, 2, { side: "SELL", price: "104", fee: "0.104" }));
  it.step(result(4, 2, "FILLED", "1"));
  assert.equal(it.step(signal(5, "BUY")), ["ALLOW OK alpha AAAUSDT", "#3 BUY 0.95 MARKET GTC"]);
});

for (const outcome of ["CANCELED", "EXPIRED", "REJECTED"] as const) {
  test(`riskRole() frees what an order had reserved when it is ${outcome}`, () => {
    const it = night();
    it.step(book(1, "99", "100"));
    it.step(signal(1, "BUY"));
    assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_POSITION_OPEN alpha AAAUSDT"]);
    assert.equal(it.step(result(2, 1, outcome)), []);
    assert.equal(it.step(signal(3, "BUY")), ["ALLOW OK alpha AAAUSDT", "#2 BUY 1 MARKET GTC"]);
  });
}

// denied type, origin, order | freed
for (
  const [denied_type, origin, number, freed] of [
    ["order_intent", "derived", 1, true],
    ["order_intent", "derived", 2, false],
    ["order_intent", "input", 1, false],
    ["order_cancel", "derived", 1, false],
    ["order_intent", "derived", null, false],
  ] as const
) {
  test(`riskRole() ${freed ? "frees" : "keeps"} order 1 when policy denies ${denied_type} ${number} (${origin})`, () => {
    const it = night();
    it.step(book(1, "99", "100"));
    it.step(signal(1, "BUY"));
    it.step(eventOf("policy_denial", 1, {
      entrypoint: "nore/order/decision",
      codes: ["ORDER_RATE"],
      policy_sha256: "",
      input: {},
      origin,
      denied_type,
      ...(number === null ? {} : { client_order_id: orderIdOf(number) }),
    }));
    assert.is(it.step(signal(3, "BUY")).length, freed ? 2 : 1);
  });
}

test("riskRole() cancels orders that are older than their time to live, at a timer", () => {
  const it = night({ order_ttl_ms: 1000 }, { order: { type: "LIMIT", tif: "GTC" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  it.step(signal(500, "BUY", { strategy: "beta" }));
  assert.equal(it.step(timer(1001)), []);
  const [cancel] = it.raw(timer(1002));
  assert.is(
    JSON.stringify(cancel),
    '{"type":"order_cancel","payload":{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT",' +
      '"client_order_id":"20261121220000-1","facts":{"reason":"ttl"}}}',
  );
  it.step(result(1002, 1, "CANCELED"));
  assert.equal(it.step(timer(1501)), ["cancel #2"]);
});

test.run();
