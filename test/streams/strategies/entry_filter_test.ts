import { test } from "uvu";
import * as assert from "uvu/assert";
import { entryView } from "../../../src/streams/strategies/entry_filter.ts";
import { bookTick } from "../../support/sample_ticks.ts";

const book = bookTick(100, { bid: "99.99", ask: "100.01", ask_qty: "5", bid_qty: "0.001" });

test("entryView() gives spread in basis points of the mid and what the best ask offers", () => {
  const view = entryView(book, { spread_bps_max: 3, displayed_min_quote: 500 })!;
  assert.ok(Math.abs(view.spreadBps - 2) < 1e-9);
  assert.ok(Math.abs(view.displayedQuote - 500.05) < 1e-9);
});

const REFUSED = [
  ["the spread is wider", { spread_bps_max: 1.99, displayed_min_quote: 500 }],
  ["less is offered", { spread_bps_max: 3, displayed_min_quote: 500.06 }],
] as const;
for (const [name, limits] of REFUSED) {
  test(`entryView() is null when ${name}`, () => assert.is(entryView(book, limits), null));
}

test("entryView() is null when no book is known", () => {
  assert.is(entryView(null, { spread_bps_max: 1000, displayed_min_quote: 0 }), null);
});

test("entryView() holds exactly at its limits", () => {
  const even = bookTick(100, { bid: "75", ask: "125", ask_qty: "4" });
  assert.ok(entryView(even, { spread_bps_max: 5000, displayed_min_quote: 500 }) !== null);
});

test.run();
