import { test } from "uvu";
import * as assert from "uvu/assert";
import { readMachineLimits, readProcessUse } from "../../src/edge/machine_facts.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             15443                15443                processes
Max open files            1024                 524288               files
`;

test("readMachineLimits() reads the limits of the system", () => {
  const limits = readMachineLimits(() => LIMITS, () => 536_870_912);
  assert.equal(limits, { memory_limit_mb: 536, open_files_max: 1024 });
});

test("readMachineLimits() knows no limit where there is none, or nobody says", () => {
  const unlimited = readMachineLimits(() => LIMITS.replace("1024 ", "unlimited "), () => "none");
  assert.equal([unlimited.memory_limit_mb, unlimited.open_files_max], [null, null]);
  const untold = readMachineLimits(() => {
    throw new Error("EACCES");
  }, () => null);
  assert.equal([untold.memory_limit_mb, untold.open_files_max], [null, null]);
  assert.is(readMachineLimits(() => "", () => null).open_files_max, null);
  for (const limit of Object.values(readMachineLimits())) assert.ok(limit === null || limit > 0);
});

test("readProcessUse() tells what this process uses", () => {
  const { rssBytes, heapBytes, cpuMs, handles } = readProcessUse();
  assert.ok(rssBytes > heapBytes && heapBytes > 0 && cpuMs > 0);
  assert.ok(handles === null || Number.isInteger(handles));
});

test.run();
