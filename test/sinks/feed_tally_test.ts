import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, RiskVerb } from "../../src/core/event.ts";
import { feedFigures } from "../../src/sinks/feed_tally.ts";
import { marketHealth, tradeOf } from "../support/feed_events.ts";
import { tallied } from "../support/tallied.ts";
import { book, eventOf } from "../support/trading_events.ts";

function figuresOf(events: readonly Event[]): Readonly<Record<string, unknown>> | null {
  const { feed, counts } = tallied(events);
  return feedFigures(feed, counts.market_tick);
}
const action = (verb: RiskVerb, reason_code: string) =>
  eventOf("risk_action", 1, { strategy_id: null, symbol: null, action: verb, reason_code });

test("feedFigures() is null where nobody told of a feed, whatever the ticks show", () => {
  assert.is(figuresOf([]), null);
  assert.is(figuresOf([tradeOf(1, 1), tradeOf(2, 9), marketHealth(3, { errors: 4 }, null)]), null);
});

test("feedFigures() certifies what was told last, and what the ticks themselves show", () => {
  const events = [
    tradeOf(1, 10),
    tradeOf(2, 14), // 11 to 13 are missing
    marketHealth(3, { errors: 2, clock_offset_ms: 12 }, { connects: 1 }),
    tradeOf(4, 12),
    tradeOf(4, 11),
    tradeOf(4, 13), // healed
    tradeOf(5, 13), // a duplicate heals nothing
    tradeOf(6, 17), // 15 and 16 are missing
    tradeOf(6, 16),
    tradeOf(7, 5, "BBBUSDT"), // ids of its own
    tradeOf(8, 7, "BBBUSDT"),
    book(9, "1", "2"),
    marketHealth(10, { errors: 3, clock_offset_ms: -7.5 }, {
      connected: false,
      connects: 4,
      reconnects: 2,
      duplicates: 5,
      conflated: 6,
      bad_frames: 7,
      stalled_ms: 12_345,
    }),
    marketHealth(11, { clock_offset_ms: 3 }, null),
  ];
  assert.is(
    JSON.stringify(figuresOf(events)),
    '{"events":11,"gaps":3,"healed":1,"missing_trades":2,"duplicates":5,"conflated":6,"bad_frames":7,' +
      '"stalled_s":12.345,"reconnects":2,"connects":4,"connected":false,' +
      '"clock_offset_ms":{"min":-7.5,"max":12},"freezes":0,"errors":3}',
  );
});

test("feedFigures() keeps venues apart: their trades have ids of their own", () => {
  const other = tradeOf(2, 900);
  const events = [tradeOf(1, 10), eventOf("market_tick", 2, { ...other.payload, venue: "elsewhere" })];
  assert.is(figuresOf([...events, marketHealth(3)])!["gaps"], 0);
});

test("feedFigures() has null for what was never measured", () => {
  const { clock_offset_ms, errors } = figuresOf([marketHealth(1)])!;
  assert.equal([clock_offset_ms, errors], [null, null]);
});

test("feedFigures() counts the freezes of the feed, not those of trading, nor their ends", () => {
  const events = [
    action("FREEZE", "FEED_STALE"),
    action("UNFREEZE", "FEED_STALE"),
    action("FREEZE", "FEED_GAP"),
    action("FREEZE", "CLOCK_SKEW"),
    action("FREEZE", "RISK_COOLDOWN"),
    action("DENY", "FEED_GAP"),
    action("STOP", "FEED_GAP"),
  ];
  assert.is(figuresOf([...events, marketHealth(1)])!["freezes"], 3);
});

test.run();
