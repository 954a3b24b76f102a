import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  endSilence,
  errorsOf,
  feedCountsOf,
  feedTally,
  hearMarket,
} from "../../../../src/streams/sources/binance/feed_tally.ts";

const STALL_MS = 1000;
const countsAt = (tally: ReturnType<typeof feedTally>, nowMs: number) =>
  feedCountsOf(tally, { nowMs, stallMs: STALL_MS, connected: true, conflated: 4 });

test("feedTally() counts a silence from its beginning when it lasted longer than it may, and while it lasts", () => {
  const tally = feedTally(0);
  hearMarket(tally, 5000, STALL_MS);
  hearMarket(tally, 6000, STALL_MS);
  assert.is(countsAt(tally, 7000).stalled_ms, 0);
  assert.is(countsAt(tally, 7001).stalled_ms, 1001);
  hearMarket(tally, 7500.4, STALL_MS);
  assert.is(countsAt(tally, 7600).stalled_ms, 1500);
  endSilence(tally, 9500.4, STALL_MS);
  assert.is(countsAt(tally, 100_000).stalled_ms, 3500);
  endSilence(tally, 200_000, STALL_MS);
  hearMarket(tally, 300_000, STALL_MS);
  assert.is(countsAt(tally, 300_000).stalled_ms, 3500);
});

test("feedCountsOf() gives whole numbers of zero or more", () => {
  const tally = feedTally(100);
  Object.assign(tally, { connects: 1, reconnects: 2, frames: 3, duplicates: 5, badFrames: 6, badAnswers: 7 });
  assert.equal(countsAt(tally, 120.6), {
    connected: true,
    silent_ms: 21,
    connects: 1,
    reconnects: 2,
    frames: 3,
    duplicates: 5,
    conflated: 4,
    bad_frames: 6,
    stalled_ms: 0,
  });
  assert.is(countsAt(tally, 99).silent_ms, 0);
  assert.is(errorsOf(tally), 13);
});

test("feedTally() goes on with what a feed before it had told, and takes its connection for lost", () => {
  const before = feedTally(0);
  Object.assign(before, {
    connects: 2,
    reconnects: 1,
    frames: 9,
    duplicates: 3,
    badFrames: 4,
    badAnswers: 5,
    stalledMs: 70,
    quietSinceMs: 10,
  });
  const tally = feedTally(1000, { counts: countsAt(before, 20), errors: errorsOf(before) });
  assert.equal(tally, { ...before, quietSinceMs: null, lastSignMs: 1000, isLost: true });
  assert.equal(feedTally(1000, { counts: null, errors: 0 }), feedTally(1000));
  const never = countsAt(feedTally(0), 0);
  assert.is(feedTally(0, { counts: never, errors: 0 }).isLost, false);
});

test.run();
