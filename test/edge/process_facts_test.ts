import { test } from "uvu";
import * as assert from "uvu/assert";
import { readProcessFacts } from "../../src/edge/process_facts.ts";

const HARDENED_STATUS =
  "Name:\tnode\nUid:\t1000\t65534\t1000\t1000\nCapInh:\t0000000000000001\nCapEff:\t0000000000000000\n" +
  "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n";
const ROOT_STATUS = "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\n";
const NOTHING = {
  uid: null,
  capabilities: null,
  noNewPrivileges: null,
  seccomp: null,
  memoryMaxBytes: null,
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
  ["root with everything", { "/proc/self/status": ROOT_STATUS }, {
    uid: 0,
    capabilities: "000001ffffffffff",
    noNewPrivileges: false,
    seccomp: 0,
  }],
  ["limits of a container that sees its own group as the root", {
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/memory.max": "536870912\n",
    "/sys/fs/cgroup/pids.max": "64\n",
  }, { memoryMaxBytes: 536_870_912, processesMax: 64 }],
  ["the strictest limit of the groups around", {
    "/proc/self/cgroup": "0::/user.slice/user-0.slice\n",
    "/sys/fs/cgroup/user.slice/memory.max": "1000000\n",
    "/sys/fs/cgroup/user.slice/user-0.slice/memory.max": "2000000\n",
    "/sys/fs/cgroup/user.slice/user-0.slice/pids.max": "max\n",
  }, { memoryMaxBytes: 1_000_000, processesMax: "none" }],
  ["limits of controllers that are mounted the old way", {
    "/proc/self/cgroup": "8:cpu,pids:/a\n4:memory:/a/b\n0::/\n",
    "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory.max": "5\n",
    "/sys/fs/cgroup/pids/a/pids.max": "100\n",
  }, { memoryMaxBytes: "none", processesMax: 100 }],
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
