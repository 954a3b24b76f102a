import { test } from "uvu";
import type { Event } from "../../../src/core/event.ts";
import {
  book,
  ended,
  fill,
  intent,
  result,
  stopJournal,
  timer,
  trade,
} from "../../support/trading_events.ts";
import {
  action,
  answering,
  bought,
  check,
  filled,
  finds,
  input,
  over,
  price,
  type Row,
  sold,
  turn,
} from "./small_logs.ts";

test("simInvariants() finds nothing in a log that is sound", () => {
  check([...bought(1000), ...sold(3000, 2), input(timer(4000)), ...over(5000)]);
  check([...bought(1000), input(stopJournal(2000)), ...over(2000)]);
});

const first = bought(1000);
const [tick, wish, order, accepted] = first as [Event, Event, Event, Event];

const rows: readonly Row[] = [
  ["an id again", [tick, tick], /its id was there before/],
  ["time that goes back", [tick, input(book(999, "99.9", "100.1"))], /ts 999 after 1000/],
  ["a trade again", [input(trade(1000, "100")), input(trade(1000, "100"))], /trade AAAUSDT 1000 again/],
  [
    "an order id again",
    [...first, answering(first[4]!, intent(1002, 1, price))],
    /client_order_id .*-1 again/,
  ],
  ["a fill without an intent", [tick, answering(tick, fill(1000, 7))], /no intent .*-7/],
  [
    "a fill of an order that was not accepted",
    [tick, wish, order, answering(order, fill(1000, 1))],
    /not open/,
  ],
  [
    "a fill of another symbol",
    [...first.slice(0, 4), ...filled(1001, 1, { symbol: "BBBUSDT" })],
    /symbol is not/,
  ],
  [
    "a fill of nothing",
    [...first.slice(0, 4), ...filled(1001, 1, { qty: "0", fee: "0" })],
    /a fill of nothing/,
  ],
  [
    "more filled than ordered",
    [...first.slice(0, 4), ...filled(1001, 1, { qty: "2", fee: "0.2002" })],
    /more is filled than was ordered/,
  ],
  [
    "a fee rounded down",
    [...first.slice(0, 4), ...filled(1001, 1, { price: "100.10000001" })],
    /fee 0\.1001/,
  ],
  [
    "a fill beyond its limit",
    [
      ...turn(1000, "BUY", (wish) => {
        const order = answering(wish, intent(1000, 1, { order_type: "LIMIT", limit_price: "100" }));
        return [order, answering(order, result(1000, 1, "ACCEPTED"))];
      }),
      ...filled(1001, 1),
    ],
    /filled at 100\.1, the limit is 100/,
  ],
  ["a result beside its fills", [
    ...first.slice(0, 4),
    answering(accepted, result(1000, 1, "PARTIAL", "0.5")),
  ], /fills say/],
  [
    "a second acceptance",
    [...first.slice(0, 4), answering(accepted, result(1000, 1, "ACCEPTED"))],
    /was accepted/,
  ],
  [
    "a result behind the last",
    [...first, answering(first[4]!, result(1001, 1, "CANCELED", "1"))],
    /has ended/,
  ],
  ["a position sold short", [...first, ...sold(2000, 2), ...sold(3000, 3)], /more is sold than is held/],
  [
    "more spent than there is",
    [
      ...turn(1000, "BUY", (wish) => {
        const order = answering(wish, intent(1000, 1, { ...price, qty: "10" }));
        return [order, answering(order, result(1000, 1, "ACCEPTED"))];
      }),
      ...filled(1001, 1, { qty: "10", fee: "1.001" }),
    ],
    /cash of alpha is negative/,
  ],
  [
    "a strategy without capital",
    [...first.slice(0, 4), ...filled(1001, 1, { strategy_id: "beta" })],
    /strategy_id is not/,
  ],
  ["an intent behind a stop", [input(stopJournal(900)), ...first], /after the stop by OPERATOR/],
  [
    "an acceptance behind a stop",
    [tick, wish, order, answering(wish, action(1000, "STOP", "X")), accepted],
    /after the stop by X/,
  ],
  [
    "a fill behind a stop",
    [...first.slice(0, 4), input(stopJournal(1001)), ...filled(1002, 1)],
    /after the stop/,
  ],
  ["a tick behind the end", [input(ended(900)), tick], /after the end/],
  ["an order without an end", [...first.slice(0, 4), ...over(2000)], /has no end/],
  ["a log without an end", [tick], /does not say its end/],
  ["an order without a signal", [tick, answering(tick, intent(1000, 1, price))], /answers no signal/],
  [
    "an order on the signal of an earlier turn",
    [...first, answering(wish, intent(1002, 2, price))],
    /answers no signal/,
    {},
  ],
];

for (const row of rows) test(`simInvariants() finds ${row[0]}`, () => finds(row));

test.run();
