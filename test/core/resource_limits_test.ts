import { test } from "uvu";
import * as assert from "uvu/assert";
import { resourceExcess } from "../../src/core/resource_limits.ts";

const LIMITS = { rss_mb_max: 500, heap_mb_max: 300, cpu_pct_max: 150, loop_lag_ms_max: 100, handles_max: 40 };
const AT_LIMIT = { rss_mb: 500, heap_mb: 300, cpu_pct: 150, loop_lag_ms: 100, handles: 40 };

test("resourceExcess() is null at every limit, and of what was not measured", () => {
  assert.is(resourceExcess(AT_LIMIT, LIMITS), null);
  assert.is(resourceExcess({}, LIMITS), null);
});

const BEYOND: readonly (readonly [keyof typeof AT_LIMIT, string])[] = [
  ["rss_mb", "resident memory is 501 MB, at most 500"],
  ["heap_mb", "the heap holds 301 MB, at most 300"],
  ["cpu_pct", "the processor was used for 151 % of a core, at most 150"],
  ["loop_lag_ms", "the event loop was late by 101 ms, at most 100"],
  ["handles", "41 handles are open, at most 40"],
];
for (const [name, text] of BEYOND) {
  test(`resourceExcess() names ${name} one beyond its limit`, () => {
    assert.is(resourceExcess({ ...AT_LIMIT, [name]: AT_LIMIT[name] + 1 }, LIMITS), text);
    assert.is(resourceExcess({ [name]: AT_LIMIT[name] + 1 }, LIMITS), text);
  });
}

test.run();
