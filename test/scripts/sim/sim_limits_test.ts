import { test } from "uvu";
import type { Event } from "../../../src/core/event.ts";
import { book, intent, signal, timer, trade } from "../../support/trading_events.ts";
import { action, answering, bought, finds, input, over, price, type Row, sold } from "./small_logs.ts";

const first = bought(1000);
const tick = first[0]!;
const NIGHT_LOSS = { night_loss: { limit: "0.0001", action: "STOP" } } as const;
const frozen = (verb: "FREEZE" | "STOP" | "DENY") =>
  ({ night_loss: { limit: "0.0001", action: verb } }) as const;

const rows: readonly Row[] = [
  [
    "an unfreeze of nothing",
    [tick, answering(tick, action(1000, "UNFREEZE", "X"))],
    /nothing was frozen as X/,
  ],
  ["an entry while all is frozen", [input(action(900, "FREEZE", "X")), ...first], /in spite of X \* \*/],
  [
    "an entry in a frozen symbol",
    [input(action(900, "FREEZE", "X", { symbol: "AAAUSDT" })), ...first],
    /in spite of X/,
  ],
  [
    "a loss without a stop",
    [...first, ...over(2000)],
    /RISK_NIGHT_LOSS is passed and nothing has stopped/,
    NIGHT_LOSS,
  ],
  [
    "a loss of the day without a freeze",
    [...first, ...over(2000)],
    /RISK_DAILY_LOSS .* nothing is frozen/,
    {
      daily_loss: { limit: "0.0001", action: "FREEZE" },
    },
  ],
  [
    "an entry in spite of a loss",
    [...first, ...sold(2000, 2), ...bought(3000, 3)],
    /in spite of RISK_NIGHT_LOSS/,
    frozen("DENY"),
  ],
  [
    "an entry in spite of a drawdown",
    [...first, ...sold(2000, 2), ...bought(3000, 3)],
    /in spite of RISK_DRAWDOWN/,
    {
      drawdown: { limit: "0.0001", action: "DENY" },
    },
  ],
  [
    "a freeze that is not lifted",
    [
      ...first,
      answering(first[4]!, action(1001, "FREEZE", "RISK_EXPOSURE")),
      input(timer(2000)),
      ...over(3000),
    ],
    /RISK_EXPOSURE \* \* is over and still frozen/,
  ],
  [
    "an entry too soon after a loss",
    [...first, ...sold(2000, 2), ...bought(3000, 3)],
    /in spite of a cooldown/,
    {
      cooldown: { after_loss_ms: 5000, action: "DENY" },
    },
  ],
  [
    "an entry after a row of losses",
    [...first, ...sold(2000, 2), ...bought(3000, 3)],
    /in spite of a row of losses/,
    {
      stoploss_guard: { losses: 1, window_ms: 60_000, freeze_ms: 5000, action: "DENY" },
    },
  ],
  ["an entry on a stale price", stale(), /in spite of a price that is stale/, {
    stale_price: { limit_ms: 100, action: "DENY" },
  }],
  ["an order too many", first, /an entry with 0 orders open/, {
    open_orders: { limit: 0, action: "DENY" },
  }],
  ["two orders in a turn where one may be open", twoInATurn(), /an entry with 1 orders open/, {
    open_orders: { limit: 1, action: "DENY" },
  }],
  ["two orders in a turn that together are too much", twoInATurn(), /exposed by/, {
    exposure: { limit: "0.15", action: "DENY" },
  }],
  ["too large an entry", first, /an entry of/, { order_size: { limit: "100", action: "DENY" } }],
  ["too much exposure", first, /exposed by \d+ of \d+:/, { exposure: { limit: "0.1", action: "DENY" } }],
  ["too much exposure in a symbol", first, /exposed by .* in AAAUSDT/, {
    symbol_exposure: { limit: "0.1", action: "DENY" },
  }],
  ["a price too far from the mid", first, /price \d+, mid/, {
    price_collar: { limit: "0.0001", action: "DENY" },
  }],
  [
    "too many orders in a minute",
    [...first, ...sold(2000, 2), ...bought(3000, 3)],
    /more than 2 orders in 60000 ms/,
    {
      trade_rate: { limit: 2, window_ms: 60_000, action: "DENY" },
    },
  ],
];

function stale(): readonly Event[] {
  const tick = input(trade(1200, "100"));
  const wish = answering(tick, signal(1200, "BUY"));
  return [input(book(1000, "99.9", "100.1")), tick, wish, answering(wish, intent(1200, 1, price))];
}

/** The second was judged before the log showed the first. */
function twoInATurn(): readonly Event[] {
  const tick = input(book(1000, "99.9", "100.1"));
  const wishes = [1, 2].map(() => answering(tick, signal(1000, "BUY")));
  return [tick, ...wishes, ...wishes.map((wish, i) => answering(wish, intent(1000, i + 1, price)))];
}

for (const row of rows) test(`SimLimits finds ${row[0]}`, () => finds(row));

test.run();
