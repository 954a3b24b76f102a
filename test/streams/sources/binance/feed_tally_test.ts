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

test.run();
