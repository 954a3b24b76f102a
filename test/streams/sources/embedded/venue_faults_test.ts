import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueFault } from "../../../../src/core/config.ts";
import { venueFaults } from "../../../../src/streams/sources/embedded/venue_faults.ts";

const START_TS = 1000;

function fault(kind: VenueFault["kind"], more: Partial<VenueFault> = {}): VenueFault {
  return { kind, after_ms: 0, every_ms: 0, for_ms: 100, count: 1, ...more };
}

test("begin() goes through the faults in the order of their times, then of the list", () => {
  const faults = venueFaults([
    fault("stall", { after_ms: 30 }),
    fault("disconnect", { after_ms: 10, every_ms: 20 }),
    fault("gap", { after_ms: 10 }),
  ], START_TS);
  const begun = Array.from({ length: 6 }, () => `${faults.nextTs} ${faults.begin().kind}`);
  assert.equal(begun, [
    "1010 disconnect",
    "1010 gap",
    "1030 stall",
    "1030 disconnect",
    "1050 disconnect",
    "1070 disconnect",
  ]);
});

test("begin() refuses when nothing is due any more", () => {
  for (const list of [[], [fault("gap")]]) {
    const faults = venueFaults(list, START_TS);
    for (const _ of list) faults.begin();
    assert.is(faults.nextTs, Infinity);
    assert.throws(() => faults.begin(), "No fault is due");
  }
});

test("msLeft() is how long a fault is on yet, to its last millisecond", () => {
  for (const kind of ["stall", "error_5xx", "too_many", "slow"] as const) {
    const faults = venueFaults([fault(kind), fault(kind, { after_ms: 50, for_ms: 20 })], START_TS);
    assert.is(faults.msLeft(kind, START_TS), 0);
    faults.begin();
    assert.equal([1000, 1099, 1100].map((ts) => faults.msLeft(kind, ts)), [100, 1, 0]);
    faults.begin();
    assert.is(faults.msLeft(kind, 1050), 50, "a shorter one ends no longer one");
  }
});

test("lateMs() is how late answers come, for as long", () => {
  const faults = venueFaults([fault("slow", { for_ms: 40 })], START_TS);
  assert.is(faults.lateMs(START_TS), 0);
  faults.begin();
  assert.equal([1000, 1039, 1040].map((ts) => faults.lateMs(ts)), [40, 40, 0]);
});

test("spend() gives out each message of a fault once", () => {
  for (const kind of ["gap", "duplicate", "bad_frame"] as const) {
    const faults = venueFaults([fault(kind, { count: 2 }), fault(kind, { count: 1 })], START_TS);
    assert.is(faults.spend(kind), false);
    faults.begin();
    assert.equal([1, 2, 3].map(() => faults.spend(kind)), [true, true, false]);
    faults.begin();
    assert.equal([1, 2].map(() => faults.spend(kind)), [true, false]);
  }
});

test.run();
