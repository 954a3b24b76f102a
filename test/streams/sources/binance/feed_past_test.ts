import { test } from "uvu";
import * as assert from "uvu/assert";
import type { DepthTick, Event } from "../../../../src/core/event.ts";
import { openFeedPast, takePastEvent } from "../../../../src/streams/sources/binance/feed_past.ts";
import { COUNTS, marketHealth, tradeOf } from "../../../support/feed_events.ts";
import { book, eventOf, timer } from "../../../support/trading_events.ts";

function pastOf(...events: readonly Event[]): ReturnType<typeof openFeedPast> {
  const past = openFeedPast(["AAAUSDT"]);
  for (const event of events) takePastEvent(past, event);
  return past;
}

test("takePastEvent() knows what has arrived, and what is missing", () => {
  const { arrived } = pastOf(tradeOf(1, 5), tradeOf(2, 8), tradeOf(3, 6), timer(4));
  const { lastId, missing } = arrived.gaps.get("AAAUSDT")!;
  assert.equal([lastId, missing.map(({ fromId, toId }) => [fromId, toId])], [8, [[7, 7]]]);
  const quote = book(5, "99", "100");
  assert.is(arrived.take(quote.payload as never, 5), "next");
  assert.is(pastOf(quote).arrived.take(quote.payload as never, 6), "duplicate");
});

test("takePastEvent() passes over symbols that are not the run's, and depth", () => {
  const { kind: _, ...rest } = tradeOf(1, 5).payload;
  const depth = { ...rest, kind: "depth", first_update_id: 1, last_update_id: 2, bids: [], asks: [] };
  const { arrived } = pastOf(
    tradeOf(1, 5, "BBBUSDT"),
    eventOf("market_tick", 1, depth as unknown as DepthTick),
  );
  assert.equal([...arrived.gaps.keys()], ["AAAUSDT"]);
  assert.is(arrived.gaps.get("AAAUSDT")!.lastId, null);
});

test("takePastEvent() keeps what the feed last told of itself", () => {
  assert.equal([pastOf().counts, pastOf().errors], [null, 0]);
  const { counts, errors } = pastOf(
    marketHealth(1, { errors: 3 }, { frames: 7 }),
    marketHealth(2, {}, { frames: 9 }),
    marketHealth(3, { errors: 99 }, null), // of somebody else
  );
  assert.equal([counts, errors], [{ ...COUNTS, frames: 9 }, 3]);
});

test.run();
