import { test } from "uvu";
import * as assert from "uvu/assert";
import { latencyHistory } from "../../../../src/streams/sources/binance/latency_history.ts";

test("latencyHistory() has no percentile when there is no latency", () => {
  assert.is(latencyHistory().percentileMs(50), null);
});

const PERCENTILES: readonly (readonly [readonly number[], number, number])[] = [
  [[7], 50, 7],
  [[7], 95, 7],
  [[9, 1], 50, 1],
  [[9, 1], 95, 9],
  [[5, 1, 4, 2, 3], 50, 3],
  [Array.from({ length: 20 }, (_, i) => 20 - i), 95, 19],
  [Array.from({ length: 100 }, (_, i) => i + 1), 95, 95],
  [[100, 20, 3], 50, 20],
];
for (const [latencies, percent, expected] of PERCENTILES) {
  test(`latencyHistory() gives ${expected} as p${percent} of ${latencies.length} latencies`, () => {
    const history = latencyHistory();
    latencies.forEach((latency) => history.add(latency));
    assert.is(history.percentileMs(percent), expected);
  });
}

test("latencyHistory() forgets all but the last 360", () => {
  const history = latencyHistory();
  for (let i = 0; i < 100; i++) history.add(1000);
  for (let i = 1; i <= 360; i++) history.add(i);
  assert.equal([history.percentileMs(50), history.percentileMs(95), history.percentileMs(100)], [
    180,
    342,
    360,
  ]);
});

test.run();
