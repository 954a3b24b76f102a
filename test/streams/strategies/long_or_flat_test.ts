import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { longOrFlat } from "../../../src/streams/strategies/long_or_flat.ts";

test("longOrFlat() lets one entry in, one exit out, and the next entry in after the cooldown", () => {
  const position = longOrFlat(1000);
  assert.is(position.exit(), false, "nothing to leave yet");
  assert.is(position.mayEnter(0), true);
  position.enter(0);
  assert.is(position.mayEnter(5000), false, "in already");
  assert.is(position.exit(), true);
  assert.is(position.exit(), false, "out already");
  assert.is(position.mayEnter(999), false, "not rested");
  assert.is(position.mayEnter(1000), true);
});

test("exit() does not wait for the cooldown", () => {
  const position = longOrFlat(60_000);
  position.enter(0);
  assert.is(position.exit(), true);
});

test("longOrFlat() alternates entries and exits and keeps entries apart, whatever is tried", () => {
  const tries = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { maxLength: 100 });
  fc.assert(fc.property(tries, (steps) => {
    const position = longOrFlat(1000);
    let ts = 0;
    let enteredTs = -Infinity;
    let isLong = false;
    for (const [gapMs, wantsIn] of steps) {
      ts += gapMs;
      if (wantsIn && position.mayEnter(ts)) {
        assert.ok(!isLong && ts - enteredTs >= 1000);
        position.enter(ts);
        enteredTs = ts;
        isLong = true;
      } else if (!wantsIn) {
        assert.is(position.exit(), isLong);
        isLong = false;
      }
    }
  }));
});

test.run();
