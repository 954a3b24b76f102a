import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, OrderIntent } from "../../../src/core/event.ts";
import { book, orderIdOf, trade } from "../../support/trading_events.ts";
import { cancel, holding, limit, order, paper, said } from "../../support/paper_stage.ts";

test("paperExecutor() fills a market order at the first book tick after the latency", () => {
  const log = paper();
  assert.equal(said(log.turn(book(1000, "99", "100"))), []);
  assert.equal(said(log.turn(order(1000, 1, { qty: "2" }))), ["P-1 ACCEPTED 0"]);
  assert.equal(said(log.turn(book(1049, "99", "100"))), []);
  assert.equal(said(log.turn(trade(1050, "100"))), []);
  assert.equal(said(log.turn(book(1050, "99", "100", { symbol: "BBBUSDT" }))), []);
  assert.equal(said(log.turn(book(1050, "99", "100", { venue: "elsewhere" }))), []);
  assert.equal(said(log.turn(book(1050, "100", "101"))), [
    "P-1 BUY 2 @ 101 taker fee 0.202",
    "P-1 FILLED 2",
  ]);
  assert.equal(said(log.turn(book(1051, "100", "101"))), []);
});

test("paperExecutor() fills nothing in the intent's own turn when there is no latency", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(book(1000, "99", "100"));
  assert.equal(said(log.turn(order(1000, 1, {}))), ["P-1 ACCEPTED 0"]);
  assert.equal(said(log.turn(book(1000, "99", "100.5"))), [
    "P-1 BUY 1 @ 100.5 taker fee 0.1005",
    "P-1 FILLED 1",
  ]);
});

test("paperExecutor() takes a large market order from several ticks", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(book(1, "99", "100"));
  log.turn(order(1, 1, { qty: "2.5" }));
  assert.equal(said(log.turn(book(2, "99", "100", { askQty: "1" }))), [
    "P-1 BUY 1 @ 100 taker fee 0.1",
    "P-1 PARTIAL 1",
  ]);
  assert.equal(said(log.turn(book(3, "99", "100", { askQty: "0" }))), []);
  assert.equal(said(log.turn(book(4, "100", "102", { askQty: "1" }))), [
    "P-1 BUY 1 @ 102 taker fee 0.102",
    "P-1 PARTIAL 2",
  ]);
  assert.equal(said(log.turn(book(5, "99", "101"))), [
    "P-1 BUY 0.5 @ 101 taker fee 0.0505",
    "P-1 FILLED 2.5",
  ]);
});

test("paperExecutor() lets several orders share what one tick displays, in the order of acceptance", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(book(1, "99", "100"));
  log.turn(order(1, 1, { qty: "1" }));
  log.turn(order(1, 2, { qty: "1", strategy_id: "beta" }));
  log.turn(order(1, 3, limit("BUY", "1", "100")));
  assert.equal(said(log.turn(book(2, "99", "100", { askQty: "1.5" }))), [
    "P-1 BUY 1 @ 100 taker fee 0.1",
    "P-1 FILLED 1",
    "P-2 BUY 0.5 @ 100 taker fee 0.05",
    "P-2 PARTIAL 0.5",
  ]);
  assert.equal(said(log.turn(book(3, "99", "99.5", { askQty: "1.5" }))), [
    "P-2 BUY 0.5 @ 99.5 taker fee 0.04975",
    "P-2 FILLED 1",
    "P-3 BUY 1 @ 100 maker fee 0.05",
    "P-3 FILLED 1",
  ]);
});

test("paperExecutor() takes only whole steps of what is displayed", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(book(1, "99", "100"));
  log.turn(order(1, 1, { qty: "1" }));
  assert.equal(said(log.turn(book(2, "99", "100", { askQty: "0.0199" })))[1], "P-1 PARTIAL 0.01");
  assert.equal(said(log.turn(book(3, "99", "100", { askQty: "0.0099" }))), []);
});

test("paperExecutor() keeps the price improvement of a limit order that crosses", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(order(1, 1, limit("BUY", "1", "101")));
  assert.equal(said(log.turn(book(2, "99", "100"))), ["P-1 BUY 1 @ 100 taker fee 0.1", "P-1 FILLED 1"]);
});

test("paperExecutor() rests what is left of a limit order and fills it at its limit as maker", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(order(1, 1, limit("BUY", "3", "100")));
  assert.equal(said(log.turn(book(2, "98", "99", { askQty: "1" }))), [
    "P-1 BUY 1 @ 99 taker fee 0.099",
    "P-1 PARTIAL 1",
  ]);
  assert.equal(said(log.turn(book(3, "100", "100.1"))), []);
  assert.equal(said(log.turn(book(4, "98", "99", { askQty: "0.5" }))), [
    "P-1 BUY 0.5 @ 100 maker fee 0.025",
    "P-1 PARTIAL 1.5",
  ]);
  assert.equal(said(log.turn(book(5, "99", "100"))), ["P-1 BUY 1.5 @ 100 maker fee 0.075", "P-1 FILLED 3"]);
});

test("paperExecutor() fills a resting sale when the bid reaches it", () => {
  const log = holding("2");
  log.turn(order(10, 2, limit("SELL", "2", "110")));
  assert.equal(said(log.turn(book(11, "109.9", "110"))), []);
  assert.equal(said(log.turn(book(12, "111", "112"))), ["P-2 SELL 2 @ 110 maker fee 0.11", "P-2 FILLED 2"]);
});

// tif, type, size at the first eligible tick | said
const TIMES_IN_FORCE = `
  IOC MARKET 0.4 | P-1 BUY 0.4 @ 100 taker fee 0.04, P-1 PARTIAL 0.4, P-1 EXPIRED 0.4 TIME_IN_FORCE
  IOC MARKET 1   | P-1 BUY 1 @ 100 taker fee 0.1, P-1 FILLED 1
  IOC MARKET 0   | P-1 EXPIRED 0 TIME_IN_FORCE
  FOK MARKET 0.4 | P-1 EXPIRED 0 TIME_IN_FORCE
  FOK MARKET 1   | P-1 BUY 1 @ 100 taker fee 0.1, P-1 FILLED 1
  IOC 100 0.4    | P-1 BUY 0.4 @ 100 taker fee 0.04, P-1 PARTIAL 0.4, P-1 EXPIRED 0.4 TIME_IN_FORCE
  IOC 99.9 5     | P-1 EXPIRED 0 TIME_IN_FORCE
  FOK 100 0.4    | P-1 EXPIRED 0 TIME_IN_FORCE
  FOK 100 1      | P-1 BUY 1 @ 100 taker fee 0.1, P-1 FILLED 1
  GTC 99.9 5     |
`;
for (const line of TIMES_IN_FORCE.trim().split("\n")) {
  const [terms = "", expected = ""] = line.split("|").map((cell) => cell.trim());
  test(`paperExecutor() says "${expected}" for 1 ${terms} displayed at 100`, () => {
    const [tif, price, askQty] = terms.split(/ +/);
    const log = paper();
    log.turn(book(1, "99", "100"));
    const more = price === "MARKET" ? { tif: tif as "IOC" } : limit("BUY", "1", price!, tif as "IOC");
    log.turn(order(1, 1, more));
    log.turn(book(50, "99", "100"));
    assert.is(said(log.turn(book(51, "99", "100", { askQty: askQty! }))).join(", "), expected);
    if (tif !== "GTC") assert.equal(said(log.turn(book(52, "99", "99"))), []);
  });
}

// more, reason; the book is 99/100, alpha holds 2, an open sale of 0.5 reserves a part of them
const REFUSALS: readonly (readonly [string, Partial<OrderIntent>, string])[] = [
  ["another venue", { venue: "elsewhere" }, "UNKNOWN_VENUE"],
  ["an unknown symbol", { symbol: "CCCUSDT" }, "UNKNOWN_SYMBOL"],
  ["an id of another run", { client_order_id: "20261121220001-9" }, "CLIENT_ORDER_ID"],
  ["a malformed id", { client_order_id: "9" }, "CLIENT_ORDER_ID"],
  ["an id seen before", { client_order_id: orderIdOf(2) }, "CLIENT_ORDER_ID"],
  ["an id older than one seen", { client_order_id: orderIdOf(1) }, "CLIENT_ORDER_ID"],
  ["no quantity", { qty: "0" }, "QUANTITY_STEP"],
  ["a quantity off the step", { qty: "1.001" }, "QUANTITY_STEP"],
  ["a price off the tick", limit("BUY", "1", "100.01"), "PRICE_TICK"],
  ["a limit order without a price", { order_type: "LIMIT" }, "PRICE_TICK"],
  ["too small an order", { qty: "0.04" }, "MIN_NOTIONAL"],
  ["too small a sale", { side: "SELL", qty: "0.05" }, "MIN_NOTIONAL"],
  ["a market order before any book", { symbol: "BBBUSDT" }, "NO_PRICE"],
  ["a sale beyond what is free", { side: "SELL", qty: "1.51" }, "NO_POSITION"],
  ["a sale of another strategy", { side: "SELL", strategy_id: "beta" }, "NO_POSITION"],
  [
    "a sale of another symbol",
    { ...limit("SELL", "1", "100"), symbol: "BBBUSDT" },
    "NO_POSITION",
  ],
];
for (const [what, more, reason] of REFUSALS) {
  test(`paperExecutor() rejects ${what}: ${reason}`, () => {
    const log = holding("2");
    log.turn(order(3, 2, limit("SELL", "0.5", "120")));
    const [event] = log.turn(order(3, 9, more)).slice(1) as [Event<"order_result">];
    const { order_id, result, filled_qty, reason_code, client_order_id } = event.payload;
    assert.equal([order_id, result, filled_qty, reason_code], [null, "REJECTED", "0", reason]);
    assert.is(client_order_id, more.client_order_id ?? orderIdOf(9));
    assert.equal(said(log.turn(order(3, 10, { side: "SELL", qty: "1.5" }))), ["P-3 ACCEPTED 0"]);
  });
}

test("paperExecutor() rejects one order more than may be open, and takes one again when one is gone", () => {
  const log = paper();
  for (const number of [1, 2, 3]) log.turn(order(1, number, limit("BUY", "1", "90")));
  assert.equal(said(log.turn(order(1, 4, limit("BUY", "1", "90")))), ["#4 REJECTED 0 TOO_MANY_ORDERS"]);
  log.turn(cancel(2, 2));
  assert.equal(said(log.turn(order(2, 5, limit("BUY", "1", "90")))), ["P-4 ACCEPTED 0"]);
});

test.run();
