import { test } from "uvu";
import * as assert from "uvu/assert";
import { readProcessFacts } from "../../src/edge/process_facts.ts";

const HARDENED_STATUS =
  "Name:\tnode\nUid:\t1000\t65534\t1000\t1000\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n" +
  "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\n" +
  "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n";
const ROOT_STATUS = HARDENED_STATUS.replaceAll("1000", "0").replace("65534", "0")
  .replace(/(Cap(?:Prm|Eff|Bnd):)\t0+/g, "$1\t000001ffffffffff").replace("Privs:\t1", "Privs:\t0")
  .replace("Seccomp:\t2", "Seccomp:\t0");
/** Of a user who is not root, in a container that keeps its capabilities. */
const BOUND_STATUS = HARDENED_STATUS.replace(/(CapBnd:)\t0+/, "$1\t00000000a80425fb");
const NOTHING = {
  uid: null,
  capabilities: null,
  noNewPrivileges: null,
  seccomp: null,
  isRootReadOnly: null,
  writableTmpfs: null,
  memoryMaxBytes: null,
  swapMaxBytes: null,
  processesMax: null,
};

const TABLE: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  facts: Partial<ReturnType<typeof readProcessFacts>>,
])[] = [
  ["nothing when nothing can be read", {}, {}],
  ["the effective user, its rights and filters", { "/proc/self/status": HARDENED_STATUS }, {
    uid: 65534,
    capabilities: "0000000000000000",
    noNewPrivileges: true,
    seccomp: 2,
  }],
  ["capabilities that are not there, but could be gained", { "/proc/self/status": BOUND_STATUS }, {
    uid: 65534,
    capabilities: "00000000a80425fb",
    noNewPrivileges: true,
    seccomp: 2,
  }],
  ["no capabilities where one set is not told", { "/proc/self/status": "Uid:\t7\t7\t7\t7\nCapEff:\t00\n" }, {
    uid: 7,
  }],
  ["a root that cannot be written", {
    "/proc/self/mountinfo": "76 52 0:39 / / ro,relatime - overlay overlay rw\n",
  }, { isRootReadOnly: true, writableTmpfs: [] }],
  ["root with everything", { "/proc/self/status": ROOT_STATUS }, {
    uid: 0,
    capabilities: "000001ffffffffff",
    noNewPrivileges: false,
    seccomp: 0,
  }],
  ["limits of a container that sees its own group as the root", {
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/memory.max": "536870912\n",
    "/sys/fs/cgroup/memory.swap.max": "0\n",
    "/sys/fs/cgroup/pids.max": "64\n",
  }, { memoryMaxBytes: 536_870_912, swapMaxBytes: 0, processesMax: 64 }],
  ["limits of an old container, whose own group is what is mounted", {
    "/proc/self/cgroup": "8:pids:/docker/ab\n4:memory:/docker/ab\n0::/docker/ab\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
    "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes": "1073741824\n",
    "/sys/fs/cgroup/pids/pids.max": "64\n",
  }, { memoryMaxBytes: 536_870_912, swapMaxBytes: 536_870_912, processesMax: 64 }],
  ["no limit of swap where the kernel does not count it", {
    "/proc/self/cgroup": "4:memory:/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
  }, { memoryMaxBytes: 536_870_912 }],
  ["the strictest limit of the groups around", {
    "/proc/self/cgroup": "0::/user.slice/user-0.slice\n",
    "/sys/fs/cgroup/user.slice/memory.max": "1000000\n",
    "/sys/fs/cgroup/user.slice/user-0.slice/memory.max": "2000000\n",
    "/sys/fs/cgroup/user.slice/memory.swap.max": "0\n",
    "/sys/fs/cgroup/user.slice/user-0.slice/memory.swap.max": "max\n",
    "/sys/fs/cgroup/user.slice/user-0.slice/pids.max": "max\n",
  }, { memoryMaxBytes: 1_000_000, swapMaxBytes: 0, processesMax: "none" }],
  ["limits of controllers that are mounted the old way", {
    "/proc/self/cgroup": "8:cpu,pids:/a\n4:memory:/a/b\n0::/\n",
    "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory.max": "5\n",
    "/sys/fs/cgroup/memory.swap.max": "0\n",
    "/sys/fs/cgroup/pids/a/pids.max": "100\n",
  }, { memoryMaxBytes: "none", swapMaxBytes: "none", processesMax: 100 }],
  ["limits where the own group is not told", { "/sys/fs/cgroup/memory.max": "max\n" }, {
    memoryMaxBytes: "none",
  }],
];

for (const [name, files, facts] of TABLE) {
  test(`readProcessFacts() tells ${name}`, () => {
    assert.equal(readProcessFacts((path) => files[path] ?? null), { ...NOTHING, ...facts });
  });
}

test("readProcessFacts() answers on this machine, whatever may be read", () => {
  assert.equal(Object.keys(readProcessFacts()).sort(), Object.keys(NOTHING).sort());
});

test.run();
