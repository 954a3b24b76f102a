import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomStream } from "../../../../src/core/random.ts";
import { backoff } from "../../../../src/streams/sources/binance/backoff.ts";

const always = (value: number) => ({ next: () => value, below: () => 0, bell: () => 0 });

test("backoff() doubles its bound to the most, and begins anew when reset", () => {
  const waits = backoff({ first_ms: 500, most_ms: 3000 }, always(0.5));
  const next = () => waits.nextMs();
  assert.equal([next(), next(), next(), next(), next()], [250, 500, 1000, 1500, 1500]);
  waits.reset();
  assert.equal([next(), next()], [250, 500]);
});

test("backoff() never waits for longer than the most when the first wait is longer", () => {
  const waits = backoff({ first_ms: 500, most_ms: 100 }, always(1));
  assert.equal([waits.nextMs(), waits.nextMs()], [100, 100]);
});

test("backoff() stays within its bound, and takes other waits with another seed", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 10, max: 60_000 }), (seed, first_ms) => {
    const waits = backoff({ first_ms, most_ms: 60_000 }, randomStream(seed, "a"));
    let bound = first_ms;
    for (let i = 0; i < 20; i++, bound = Math.min(bound * 2, 60_000)) {
      const waitMs = waits.nextMs();
      assert.ok(waitMs >= 0 && waitMs < bound);
    }
  }));
  const of = (seed: number) => backoff({ first_ms: 500, most_ms: 3000 }, randomStream(seed, "a")).nextMs();
  assert.is(of(1), of(1));
  assert.is.not(of(1), of(2));
});

test.run();
