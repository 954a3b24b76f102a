import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { addLatency, LATENCIES_MAX, latencyRank, openLatencies } from "../../src/sinks/latencies.ts";

function ranksOf(values: readonly number[]): readonly (number | null)[] {
  const latencies = openLatencies();
  for (const value of values) addLatency(latencies, value);
  return [latencyRank(latencies, 50), latencyRank(latencies, 95), latencies.count];
}

for (
  const [values, p50, p95] of [
    [[], null, null],
    [[7], 7, 7],
    [[0], 0, 0],
    [[2, 1], 1, 2],
    [[50, 15, 40, 20, 35], 35, 50],
    [Array.from({ length: 100 }, (_, i) => 100 - i), 50, 95],
    [Array.from({ length: 20 }, (_, i) => i + 0.5), 9.5, 18.5],
  ] as const
) {
  test(`latencyRank() is the nearest rank of ${values.length} values`, () => {
    assert.equal(ranksOf(values), [p50, p95, values.length]);
  });
}

test("latencyRank() is the smallest value that enough of all do not exceed, whatever their order", () => {
  const value = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 10_000, noNaN: true }));
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
    const [p50, p95] = ranksOf(values);
    for (const [rank, percent] of [[p50, 50], [p95, 95]] as const) {
      const enough = (limit: number) =>
        values.filter((each) => each <= limit).length * 100 >= percent * values.length;
      assert.ok(values.includes(rank!) && enough(rank!));
      assert.not.ok(values.some((each) => each < rank! && enough(each)));
    }
  }));
});

test("addLatency() holds every probe of a week, one in ten seconds", () => {
  assert.ok(LATENCIES_MAX >= 7 * 24 * 3600 / 10);
});

test("latencyRank() gives none from one value more on than are kept; the count goes on", () => {
  const latencies = openLatencies();
  for (let i = 0; i < LATENCIES_MAX; i++) addLatency(latencies, i % 1000);
  assert.equal([latencyRank(latencies, 50), latencies.count], [499, LATENCIES_MAX]);
  for (let i = 1; i <= 2; i++) {
    addLatency(latencies, 1);
    assert.equal([latencyRank(latencies, 50), latencies.count], [null, LATENCIES_MAX + i]);
    assert.is(latencies.sortedMs.length, 0);
  }
});

test.run();
