import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { StrategyConfig } from "../../../src/core/config.ts";
import type { BookTick, Side } from "../../../src/core/event.ts";
import { costOf, formatUnits, parseAmount, parseRate } from "../../../src/core/fixed_point.ts";
import { applyFill, cashOf } from "../../../src/core/portfolio.ts";
import { type Sized, sizeOrder } from "../../../src/streams/risk/sizing.ts";
import { type MadeView, place, riskView } from "../../support/risk_views.ts";
import { book, fill, rulesOf } from "../../support/trading_events.ts";

const MARKET = { type: "MARKET", tif: "GTC" } as const;
const FEE = parseRate("0.001");

/** Alpha has 600 in cash; the book is 99.9 / 100 unless a case says otherwise. */
function viewOf(bid = "99.9", ask = "100"): MadeView {
  const view = riskView();
  view.markets.set("AAAUSDT", {
    rules: rulesOf("AAAUSDT"),
    book: book(0, bid, ask).payload as BookTick,
    bookTs: 0,
  });
  return view;
}

function size(
  view: MadeView,
  side: Side,
  more: { readonly order?: StrategyConfig["order"]; readonly fraction?: string; readonly symbol?: string } =
    {},
): Sized {
  return sizeOrder(
    view,
    { strategy_id: "alpha", symbol: more.symbol ?? "AAAUSDT", side, order: more.order ?? MARKET },
    { venue: "paper", orderFraction: parseRate(more.fraction ?? "0.5"), takerFee: FEE },
  );
}

function textOf(sized: Sized): string {
  if (!sized.ok) return `${sized.why.code}: ${sized.why.detail}`;
  return `${formatUnits(sized.order.quantity)} @ ${formatUnits(sized.order.price)}`;
}

function bought(view: MadeView, qty: string): void {
  applyFill(view.portfolio, fill(0, 90, { qty, price: "100", fee: "0" }).payload);
}

test("sizeOrder() buys for its part of the capital, rounded down to the step", () => {
  assert.is(textOf(size(viewOf(), "BUY")), "3 @ 100");
  assert.is(textOf(size(viewOf("100", "100.1"), "BUY")), "2.99 @ 100.1");
  assert.is(textOf(size(viewOf(), "BUY", { fraction: "0.1" })), "0.6 @ 100");
});

test("sizeOrder() buys for no more than the free cash pays with the fee", () => {
  assert.is(textOf(size(viewOf(), "BUY", { fraction: "1" })), "5.99 @ 100");
  const view = viewOf();
  place(view, 1, { qty: "4", symbol: "BBBUSDT" });
  assert.is(textOf(size(view, "BUY")), "1.99 @ 100");
});

test("sizeOrder() carries the terms of the order", () => {
  const sized = size(viewOf(), "BUY", { order: { type: "LIMIT", tif: "IOC" } });
  assert.ok(sized.ok);
  const { rules: _, ...order } = sized.order;
  assert.equal(order, {
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    side: "BUY",
    order_type: "LIMIT",
    tif: "IOC",
    quantity: 300_000_000n,
    price: 10_000_000_000n,
    notional: parseAmount("300"),
  });
});

// side type tif | bid ask | price
const PRICES = `
  BUY MARKET GTC  | 99.9 100     | 100
  SELL MARKET GTC | 99.9 100     | 99.9
  BUY LIMIT GTC   | 99.9 100     | 99.9
  SELL LIMIT GTC  | 99.9 100     | 100
  BUY LIMIT IOC   | 99.9 100     | 100
  SELL LIMIT IOC  | 99.9 100     | 99.9
  BUY LIMIT FOK   | 99.9 100     | 100
  BUY MARKET GTC  | 99.93 100.07 | 100.07
  BUY LIMIT GTC   | 99.93 100.07 | 99.9
  SELL LIMIT GTC  | 99.93 100.07 | 100.1
  BUY LIMIT IOC   | 99.93 100.07 | 100.1
  SELL LIMIT IOC  | 99.93 100.07 | 99.9
`;
for (const line of PRICES.trim().split("\n")) {
  const [terms = "", best = "", price] = line.split("|").map((cell) => cell.trim());
  test(`sizeOrder() prices ${terms} at ${price} when the book is ${best}`, () => {
    const [side, type, tif] = terms.split(" ");
    const view = viewOf(...best.split(" ") as [string, string]);
    if (side === "SELL") bought(view, "1");
    const sized = size(view, side as Side, { order: { type, tif } as StrategyConfig["order"] });
    assert.is(textOf(sized).split(" @ ")[1], price);
  });
}

test("sizeOrder() sells all that is free of the position", () => {
  const view = viewOf();
  assert.is(textOf(size(view, "SELL")), "RISK_NO_POSITION: holds 0 of AAAUSDT, none of it free");
  bought(view, "2.5");
  assert.is(textOf(size(view, "SELL")), "2.5 @ 99.9");
  place(view, 1, { side: "SELL", qty: "1" });
  assert.is(textOf(size(view, "SELL")), "1.5 @ 99.9");
  place(view, 2, { side: "SELL", qty: "1.5" });
  assert.is(textOf(size(view, "SELL")), "RISK_NO_POSITION: holds 2.5 of AAAUSDT, none of it free");
});

test("sizeOrder() makes one entry at a time", () => {
  const view = viewOf();
  place(view, 1, { qty: "1" });
  assert.is(textOf(size(view, "BUY")), "RISK_POSITION_OPEN: an order for AAAUSDT is open");
  view.orders.clear();
  bought(view, "1");
  assert.is(textOf(size(view, "BUY")), "RISK_POSITION_OPEN: holds 1 of AAAUSDT");
});

test("sizeOrder() buys again when what is held is too small to be sold", () => {
  const view = viewOf();
  bought(view, "0.05"); // 4.995 at the bid, 5 is the least
  assert.is(textOf(size(view, "BUY")), "3 @ 100");
  assert.is(textOf(size(view, "SELL")), "RISK_MIN_NOTIONAL: order of 4.995, at least 5");
  bought(view, "0.01");
  assert.is(textOf(size(view, "BUY")), "RISK_POSITION_OPEN: holds 0.06 of AAAUSDT");
});

test("sizeOrder() makes no order before the first book", () => {
  assert.is(textOf(size(riskView(), "BUY")), "RISK_NO_PRICE: no book of AAAUSDT yet");
  const view = viewOf();
  view.markets.set("BBBUSDT", { rules: rulesOf("BBBUSDT"), book: null, bookTs: 0 });
  assert.is(textOf(size(view, "SELL", { symbol: "BBBUSDT" })), "RISK_NO_PRICE: no book of BBBUSDT yet");
});

test("sizeOrder() makes no order that is too small", () => {
  assert.is(textOf(size(viewOf(), "BUY", { fraction: "0.0084" })), "0.05 @ 100");
  assert.is(
    textOf(size(viewOf(), "BUY", { fraction: "0.0083" })),
    "RISK_MIN_NOTIONAL: order of 4, at least 5",
  );
  const view = viewOf();
  place(view, 1, { qty: "6", symbol: "BBBUSDT" });
  assert.is(textOf(size(view, "BUY")), "RISK_MIN_NOTIONAL: order of 0, at least 5");
});

test("sizeOrder() never wants more than the free cash, whatever the fraction and the price", () => {
  const fraction = fc.integer({ min: 0, max: 100 }).map((percent) => String(percent / 100));
  const tenths = fc.integer({ min: 1, max: 100_000 });
  fc.assert(fc.property(fraction, tenths, fc.integer({ min: 0, max: 5 }), (part, bid, others) => {
    const view = viewOf(String(bid / 10), String((bid + 1) / 10));
    for (let number = 1; number <= others; number++) place(view, number, { qty: "1", symbol: "BBBUSDT" });
    const sized = size(view, "BUY", { fraction: part });
    if (!sized.ok) return;
    const { price, quantity, rules } = sized.order;
    const reserved = parseAmount("100.1") * BigInt(others);
    assert.ok(costOf(price, quantity, FEE) + reserved <= cashOf(view.portfolio, "alpha"));
    assert.ok(sized.order.notional <= (parseAmount("600") * parseRate(part) / 100_000_000n));
    assert.is(quantity % rules.quantityStep, 0n);
  }));
});

test.run();
