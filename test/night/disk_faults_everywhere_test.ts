import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSweep, sweepDiskFault } from "../support/disk_fault_sweep.ts";
import { DISK_FAULTS } from "../support/failing_disk.ts";

/**
 * Every fault that a disk has, at every call that it can hit, from the first that makes the run's folder to the last of
 * its report: once alone, once for good.
 */

/** 1 is every call. Each kind begins at another one. */
export const STRIDE = 29;

const sweep = await openSweep();

for (const [i, [name, fault]] of Object.entries(DISK_FAULTS).entries()) {
  for (const isLasting of [false, true]) {
    const where = isLasting ? "from any call on" : "at any call";
    test(`a night with ${name} ${where} stops, trades no more and loses nothing`, async () => {
      const seen = await sweepDiskFault(sweep, fault, { isLasting, stride: STRIDE, offset: 5 * i });
      const outcomes = Object.keys(seen).join();
      assert.match(outcomes, fault.takes === undefined ? /refused.*stopped/ : /^as if nothing had been$/);
    });
  }
}

test.run();
