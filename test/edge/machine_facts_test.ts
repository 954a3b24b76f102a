import { test } from "uvu";
import * as assert from "uvu/assert";
import { readMachineUse, readProcessUse } from "../../src/edge/machine_facts.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             15443                15443                processes
Max open files            1024                 524288               files
`;

test("readMachineUse() reads the limits of the system", () => {
  const { memory_limit_mb, open_files_max, rss_mb, heap_mb } = readMachineUse(
    () => LIMITS,
    () => 536_870_912,
  );
  assert.equal([memory_limit_mb, open_files_max], [536, 1024]);
  assert.ok(rss_mb > 10 && heap_mb > 0 && heap_mb < rss_mb, `${rss_mb} MB, of which ${heap_mb} in the heap`);
});

test("readMachineUse() knows no limit where there is none, or nobody says", () => {
  const unlimited = readMachineUse(() => LIMITS.replace("1024 ", "unlimited "), () => "none");
  assert.equal([unlimited.memory_limit_mb, unlimited.open_files_max], [null, null]);
  const untold = readMachineUse(() => {
    throw new Error("EACCES");
  }, () => null);
  assert.equal([untold.memory_limit_mb, untold.open_files_max], [null, null]);
  assert.is(readMachineUse(() => "", () => null).open_files_max, null);
  assert.ok(readMachineUse().rss_mb > 10);
});

test("readProcessUse() tells what this process uses", () => {
  const { rssBytes, heapBytes, cpuMs, handles } = readProcessUse();
  assert.ok(rssBytes > heapBytes && heapBytes > 0 && cpuMs > 0);
  assert.ok(handles === null || Number.isInteger(handles));
});

test.run();
