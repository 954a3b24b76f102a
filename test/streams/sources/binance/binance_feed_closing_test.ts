import { test } from "uvu";
import * as assert from "uvu/assert";
import { type FeedStage, feedStage, quoteMessage } from "../../../support/feed_stage.ts";

/** Every socket throws when it is closed. */
function brokenClose(stage: FeedStage): void {
  const { dialer } = stage.venue;
  const dial = dialer.dial.bind(dialer);
  dialer.dial = (...where) => ({
    ...dial(...where),
    close() {
      throw new Error("broken");
    },
  });
}

test("binanceFeed() closes everything when it is unsubscribed, and keeps its last word", async () => {
  const stage = feedStage({ book: 60_000 });
  const { time, venue, feed } = stage;
  assert.is(feed.lastHealth().payload.detail, "not connected: not started; not probed yet");
  stage.start();
  await time.advance(1000);
  venue.publish("btcusdt@bookTicker", quoteMessage(1));
  venue.publish("btcusdt@bookTicker", quoteMessage(2));
  const { payload } = feed.lastHealth();
  assert.equal([payload.state, payload.latency_ms, payload.feed!.conflated], ["UP", undefined, 1]);
  stage.stop();
  await time.advance(25); // what was asked is answered, and heard by nobody
  assert.is(time.actions.length, 0);
  const count = stage.drafts.length;
  await time.advance(100_000);
  assert.equal(feed.lastHealth().payload, payload);
  assert.equal([venue.open(), stage.drafts.length, time.actions.length], [[], count, 0]);
});

test("binanceFeed() that cannot be closed says so in its last word", async () => {
  const stage = feedStage();
  brokenClose(stage);
  stage.start();
  await stage.time.advance(1000);
  stage.stop();
  const { state, detail } = stage.feed.lastHealth().payload;
  assert.equal([state, detail], ["DOWN", "failed: broken"]);
  await stage.time.advance(25);
  assert.is(stage.time.actions.length, 0);
});

test("binanceFeed() that fails and cannot be closed says both", async () => {
  const stage = feedStage({
    onUnusable() {
      throw new Error("first");
    },
  });
  brokenClose(stage);
  stage.start();
  await stage.time.advance(1000);
  stage.venue.sockets[0]!.receive("no JSON");
  await stage.time.advance(1000);
  assert.equal(stage.healths().filter(({ state }) => state === "DOWN").map(({ detail }) => detail), [
    "failed: first; broken",
  ]);
});

test("binanceFeed() dials no more when its subscriber leaves on the news that it is lost", async () => {
  const stage = feedStage();
  const subscription = stage.feed.arrival$.subscribe((draft) => {
    if (draft.type === "health" && draft.payload.detail?.startsWith("lost")) subscription.unsubscribe();
  });
  await stage.time.advance(1000);
  stage.venue.sockets[0]!.cut("reset");
  await stage.time.advance(60_000);
  assert.equal([stage.venue.sockets.length, stage.time.actions.length], [1, 0]);
});

test.run();
