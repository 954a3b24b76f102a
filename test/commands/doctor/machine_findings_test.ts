import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  containerFindings,
  kernelLockFinding,
  watchFinding,
} from "../../../src/commands/doctor/machine_findings.ts";
import type { ProcessFacts } from "../../../src/edge/process_facts.ts";

const HARDENED: ProcessFacts = {
  uid: 65534,
  capabilities: "0000000000000000",
  noNewPrivileges: true,
  seccomp: 2,
  memoryMaxBytes: 536_870_912,
  processesMax: 64,
};

test("containerFindings() passes a hardened container and says what holds it", () => {
  assert.equal(containerFindings(HARDENED).map(({ id, state, what }) => `${state} ${id}: ${what}`), [
    "PASS user: user 65534",
    "PASS capabilities: effective capabilities 0000000000000000",
    "PASS new_privileges: this process cannot gain any",
    "PASS seccomp: system calls are filtered",
    "PASS memory_limit: at most 537 MB",
    "PASS process_limit: at most 64 processes",
  ]);
});

const LOOSE: readonly (readonly [fact: Partial<ProcessFacts>, id: string, what: string, todo: RegExp])[] = [
  [{ uid: 0 }, "user", "root", /--user/],
  [
    { capabilities: "00000000a80425fb" },
    "capabilities",
    "effective capabilities 00000000a80425fb",
    /--cap-drop=ALL/,
  ],
  [
    { noNewPrivileges: false },
    "new_privileges",
    "this process may gain more, by a setuid file",
    /no-new-privileges/,
  ],
  [{ seccomp: 0 }, "seccomp", "every system call is allowed", /profile/],
  [{ memoryMaxBytes: "none" }, "memory_limit", "no limit", /--memory/],
  [{ processesMax: "none" }, "process_limit", "no limit", /--pids-limit/],
];

for (const [fact, id, what, todo] of LOOSE) {
  test(`containerFindings() warns when ${id} protects nothing, or is unknown`, () => {
    const [found, ...others] = containerFindings({ ...HARDENED, ...fact }).filter(({ state }) =>
      state !== "PASS"
    );
    assert.equal([found!.id, found!.state, found!.what], [id, "WARN", what]);
    assert.match(found!.do!, todo);
    assert.equal(others, []);

    const unknown = Object.fromEntries(Object.keys(fact).map((key) => [key, null]));
    const [blind, ...rest] = containerFindings({ ...HARDENED, ...unknown }).filter(({ state }) =>
      state !== "PASS"
    );
    assert.equal([blind!.id, blind!.state], [id, "WARN"]);
    assert.match(blind!.what, /^unknown/);
    assert.equal(rest, []);
  });
}

test("watchFinding() says what a lost watch means", () => {
  assert.is(watchFinding(null, 15_000).what, "an event loop that hangs for 15000 ms is ended from outside");
  const { state, what } = watchFinding("no threads here", 15_000);
  assert.equal({ state, what }, { state: "WARN", what: "no threads here" });
});

test("kernelLockFinding() says which lock there is", () => {
  const table: readonly (readonly [name: string, platform: string, state: string, what: RegExp])[] = [
    ["node", "linux", "PASS", /^an abstract socket/],
    ["node", "win32", "PASS", /^a named pipe/],
    ["node", "darwin", "WARN", /^none on darwin/],
    ["deno", "linux", "PASS", /^a file lock/],
    ["deno", "darwin", "PASS", /^a file lock/],
  ];
  for (const [name, platform, state, what] of table) {
    const finding = kernelLockFinding({ name, platform });
    assert.is(finding.state, state);
    assert.match(finding.what, what);
  }
});

test.run();
