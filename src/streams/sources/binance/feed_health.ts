import type { Draft, Health } from "../../../core/event.ts";
import type { FeedCounts } from "../../../core/feed_counts.ts";
import type { LatencyHistory } from "./latency_history.ts";
import type { ProbeResult } from "./probe.ts";

/**
 * How the feed is doing, as a draft: UP only where a connection is ready, is not silent for too long, and
 * the last probe was good. */
export interface FeedState {
  readonly ts: number;
  readonly uptimeMs: number;
  /** What has just happened; empty for a probe as usual. */
  readonly note: string;
  /** Given where this is the word on a probe. */
  readonly probed: ProbeResult | null;
  readonly lastProbe: ProbeResult | null;
  readonly isStalled: boolean;
  /** Why there is no connection. */
  readonly trouble: string;
  readonly latencies: LatencyHistory;
  readonly errors: number;
  readonly feed: FeedCounts;
}

export function feedHealth(state: FeedState): Draft<"health"> {
  const { note, probed, latencies, feed } = state;
  const troubles = troublesOf(state);
  const detail = [note, ...troubles].filter((text) => text !== "").join("; ");
  const [p50, p95] = [latencies.percentileMs(50), latencies.percentileMs(95)];
  const payload: Health = {
    role: "market_role",
    state: troubles.length === 0 ? "UP" : "DEGRADED",
    uptime_s: Math.max(0, Math.floor(state.uptimeMs / 1000)),
    origin: "input",
    ...measured(probed),
    ...(p50 === null || p95 === null ? {} : { p50_ms: p50, p95_ms: p95 }),
    errors: state.errors,
    ...(detail === "" ? {} : { detail }),
    feed,
  };
  return { type: "health", source: "market_role", ts: state.ts, cause: null, payload };
}

function measured(probed: ProbeResult | null): Pick<Health, "latency_ms" | "clock_offset_ms"> {
  if (probed === null || !("latencyMs" in probed)) return {};
  const { latencyMs: latency_ms, clockOffsetMs } = probed;
  return clockOffsetMs === null ? { latency_ms } : { latency_ms, clock_offset_ms: clockOffsetMs };
}

function troublesOf({ feed, isStalled, trouble, lastProbe }: FeedState): readonly string[] {
  const troubles: string[] = [];
  if (!feed.connected) troubles.push(`not connected: ${trouble}`);
  if (isStalled) troubles.push("no market data");
  if (lastProbe === null) troubles.push("not probed yet");
  else if ("problem" in lastProbe) troubles.push(lastProbe.problem);
  return troubles;
}
