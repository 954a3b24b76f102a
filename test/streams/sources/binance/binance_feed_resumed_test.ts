import { test } from "uvu";
import * as assert from "uvu/assert";
import { openFeedPast, takePastEvent } from "../../../../src/streams/sources/binance/feed_past.ts";
import { feedStage, historicalTrades, quoteMessage, tradeMessage } from "../../../support/feed_stage.ts";
import { eventOf } from "../../../support/trading_events.ts";

/** The feed of a run whose process was killed, in the next process. */

test("binanceFeed() of a run that goes on gives nothing twice, fetches what was missed, and counts on", async () => {
  const past = openFeedPast(["BTCUSDT", "ETHUSDT"]);
  const before = feedStage({ binance: { probe_every_ms: 1000 } });
  before.venue.rule.rest = (path) => ({ body: path.includes("time") ? '{"serverTime":1}' : "[]" });
  before.start();
  await before.time.advance(5000);
  before.venue.publish("btcusdt@trade", tradeMessage(1));
  before.venue.publish("btcusdt@trade", tradeMessage(1));
  before.venue.publish("btcusdt@trade", tradeMessage(3)); // 2 is still missing when the process is killed
  before.venue.publish("btcusdt@bookTicker", quoteMessage(7));
  before.venue.publish("btcusdt@bookTicker", "nonsense");
  await before.time.advance(2000);
  for (const { type, ts, payload } of before.drafts) takePastEvent(past, eventOf(type, ts, payload as never));
  const counted = before.health().feed;
  assert.ok(counted.duplicates === 1 && counted.bad_frames === 1);

  const stage = feedStage({ past, binance: { probe_every_ms: 1000 } });
  stage.clock.aheadMs = 3_600_000;
  stage.venue.rule.rest = (path) => ({
    body: path.includes("time") ? '{"serverTime":1}' : historicalTrades(path, 9),
  });
  stage.start();
  await stage.time.advance(5000);
  assert.equal(stage.trades().map(({ trade_id }) => trade_id), [2]);
  stage.venue.publish("btcusdt@trade", tradeMessage(3));
  stage.venue.publish("btcusdt@bookTicker", quoteMessage(7));
  stage.venue.publish("btcusdt@bookTicker", quoteMessage(8));
  stage.venue.publish("btcusdt@trade", tradeMessage(6));
  await stage.time.advance(2000);
  assert.equal(stage.trades().map(({ trade_id }) => trade_id), [2, 6, 4, 5]);
  assert.equal(stage.quotes().map(({ update_id }) => update_id), [8]);
  const { feed, errors } = stage.health();
  assert.equal([feed.duplicates, feed.connects, feed.reconnects], [3, 2, 1]);
  assert.is(errors, before.health().errors);
});

test.run();
