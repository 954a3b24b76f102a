import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../../../src/core/event.ts";
import { feedHealth, type FeedState } from "../../../../src/streams/sources/binance/feed_health.ts";
import { feedCountsOf, feedTally } from "../../../../src/streams/sources/binance/feed_tally.ts";
import { latencyHistory } from "../../../../src/streams/sources/binance/latency_history.ts";

const counts = (connected: boolean) =>
  feedCountsOf(feedTally(0), { nowMs: 0, stallMs: 1, connected, conflated: 0 });
const GOOD = { latencyMs: 12.5, clockOffsetMs: -3 };
const BAD = { ok: false, kind: "bad", problem: "BANNED: status 418, {}" } as const;
const HEALTHY: FeedState = {
  ts: 9000,
  uptimeMs: 2999.9,
  note: "",
  probed: null,
  lastProbe: GOOD,
  isStalled: false,
  trouble: "refused",
  latencies: latencyHistory(),
  errors: 4,
  feed: counts(true),
};

test("feedHealth() is a draft of the market role, an input", () => {
  const latencies = latencyHistory();
  latencies.add(12.5);
  const draft: AnyDraft = feedHealth({ ...HEALTHY, probed: GOOD, latencies });
  assert.is(
    JSON.stringify(draft),
    '{"type":"health","source":"market_role","ts":9000,"cause":null,"payload":{"role":"market_role",' +
      '"state":"UP","uptime_s":2,"origin":"input","latency_ms":12.5,"clock_offset_ms":-3,"p50_ms":12.5,' +
      `"p95_ms":12.5,"errors":4,"feed":${JSON.stringify(counts(true))}}}`,
  );
});

const STATES: readonly (readonly [Partial<FeedState>, string, string | undefined])[] = [
  [{}, "UP", undefined],
  [{ note: "ready" }, "UP", "ready"],
  [{ lastProbe: null }, "DEGRADED", "not probed yet"],
  [{ lastProbe: BAD, probed: BAD }, "DEGRADED", "BANNED: status 418, {}"],
  [{ isStalled: true, note: "stalled" }, "DEGRADED", "stalled; no market data"],
  [{ feed: counts(false) }, "DEGRADED", "not connected: refused"],
  [
    { feed: counts(false), lastProbe: BAD, note: "lost" },
    "DEGRADED",
    "lost; not connected: refused; BANNED: status 418, {}",
  ],
];
for (const [change, state, detail] of STATES) {
  test(`feedHealth() is ${state} with ${detail}`, () => {
    const { payload } = feedHealth({ ...HEALTHY, ...change });
    assert.is(payload.state, state);
    assert.is(payload.detail, detail);
    assert.is("latency_ms" in payload, false);
    assert.is("p50_ms" in payload, false);
  });
}

test.run();
