import type { FeedCounts } from "../../../core/feed_counts.ts";

/** What the feed has counted so far. It goes on over restarts: the report speaks of the whole night. */
export interface FeedTally {
  connects: number;
  reconnects: number;
  frames: number;
  duplicates: number;
  badFrames: number;
  badAnswers: number;
  stalledMs: number;
  /** Since when the open connections have said nothing of the market; null where none is open. */
  quietSinceMs: number | null;
  /** Of any connection; before the first one the start of the feed. */
  lastSignMs: number;
  /** The last ready connection is gone, and none has taken its place yet. */
  isLost: boolean;
}

/** `past`: what a feed before this one, of the same run, has told last. */
export function feedTally(nowMs: number, past: TalliedPast | null = null): FeedTally {
  const { counts, errors } = past ?? { counts: null, errors: 0 };
  return {
    connects: counts?.connects ?? 0,
    reconnects: counts?.reconnects ?? 0,
    frames: counts?.frames ?? 0,
    duplicates: counts?.duplicates ?? 0,
    badFrames: counts?.bad_frames ?? 0,
    badAnswers: errors - (counts?.bad_frames ?? 0),
    stalledMs: counts?.stalled_ms ?? 0,
    quietSinceMs: null,
    lastSignMs: nowMs,
    isLost: counts !== null && counts.connects > 0,
  };
}

export interface TalliedPast {
  readonly counts: FeedCounts | null;
  readonly errors: number;
}

/** A message of the market: a silence that was too long is counted from its beginning. */
export function hearMarket(tally: FeedTally, nowMs: number, stallMs: number): void {
  tally.stalledMs += stalledSince(tally.quietSinceMs, nowMs, stallMs);
  tally.quietSinceMs = nowMs;
}

/** The last connection is gone, and with it its silence. */
export function endSilence(tally: FeedTally, nowMs: number, stallMs: number): void {
  tally.stalledMs += stalledSince(tally.quietSinceMs, nowMs, stallMs);
  tally.quietSinceMs = null;
}

function stalledSince(sinceMs: number | null, nowMs: number, stallMs: number): number {
  return sinceMs !== null && nowMs - sinceMs > stallMs ? nowMs - sinceMs : 0;
}

export function errorsOf(tally: FeedTally): number {
  return tally.badFrames + tally.badAnswers;
}

/** As of now: a silence that still lasts counts too. */
export function feedCountsOf(
  tally: FeedTally,
  now: {
    readonly nowMs: number;
    readonly stallMs: number;
    readonly connected: boolean;
    readonly conflated: number;
  },
): FeedCounts {
  const { nowMs, stallMs, connected, conflated } = now;
  return {
    connected,
    silent_ms: Math.max(0, Math.round(nowMs - tally.lastSignMs)),
    connects: tally.connects,
    reconnects: tally.reconnects,
    frames: tally.frames,
    duplicates: tally.duplicates,
    conflated,
    bad_frames: tally.badFrames,
    stalled_ms: Math.round(tally.stalledMs + stalledSince(tally.quietSinceMs, nowMs, stallMs)),
  };
}
