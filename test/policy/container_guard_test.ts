import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessFacts } from "../../src/core/process_facts.ts";
import { containerFacts, containerProblem } from "../../src/policy/container_guard.ts";
import { HARDENED } from "../support/hardened_facts.ts";

/** Those that are not proven, after `changes`. */
const openFacts = (changes: Partial<ProcessFacts>) =>
  containerFacts({ ...HARDENED, ...changes }).filter(({ state }) => state !== "proven");

test("containerFacts() proves a hardened container and says what holds it", () => {
  assert.equal(containerFacts(HARDENED).map(({ id, state, what }) => `${state} ${id}: ${what}`), [
    "proven user: user 65534",
    "proven capabilities: none, and none to be gained",
    "proven new_privileges: this process cannot gain any",
    "proven seccomp: system calls are filtered",
    "proven read_only_root: the root file system cannot be written",
    "proven tmpfs: only data in /dev/shm, /tmp",
    "proven memory_limit: at most 537 MB",
    "proven swap_limit: nothing is swapped",
    "proven process_limit: at most 64 processes",
  ]);
  assert.is(containerProblem(containerFacts(HARDENED)), null);
});

test("containerFacts() proves that nobody keeps a program in a tmpfs when there is none", () => {
  const [tmpfs] = containerFacts({ ...HARDENED, writableTmpfs: [] }).filter(({ id }) => id === "tmpfs");
  assert.equal([tmpfs!.state, tmpfs!.what], ["proven", "none that can be written"]);
});

const tmp = (...options: readonly string[]): Partial<ProcessFacts> => ({
  writableTmpfs: [...HARDENED.writableTmpfs!, { path: "/scratch", options }],
});

const LOOSE: readonly (readonly [changes: Partial<ProcessFacts>, id: string, what: string, flag: RegExp])[] =
  [
    [{ uid: 0 }, "user", "root", /^--user=65534/],
    [
      { capabilities: "00000000a80425fb" },
      "capabilities",
      "capabilities 00000000a80425fb are there or could be gained",
      /^--cap-drop=ALL$/,
    ],
    [
      { noNewPrivileges: false },
      "new_privileges",
      "this process may gain more, by a setuid file",
      /no-new-privileges$/,
    ],
    [{ seccomp: 0 }, "seccomp", "system calls are not filtered", /default profile/],
    [{ seccomp: 1 }, "seccomp", "system calls are not filtered", /default profile/],
    [{ isRootReadOnly: false }, "read_only_root", "the root file system can be written", /^--read-only$/],
    [tmp("nosuid", "nodev"), "tmpfs", "/scratch without noexec", /^--tmpfs=\/tmp:noexec,nosuid,nodev$/],
    [tmp("noexec", "nodev"), "tmpfs", "/scratch without nosuid", /^--tmpfs=/],
    [tmp("noexec", "nosuid"), "tmpfs", "/scratch without nodev", /^--tmpfs=/],
    [tmp("rw"), "tmpfs", "/scratch without noexec,nosuid,nodev", /^--tmpfs=/],
    [{ memoryMaxBytes: "none" }, "memory_limit", "no limit", /^--memory$/],
    [{ swapMaxBytes: "none" }, "swap_limit", "no limit", /^--memory-swap/],
    [{ swapMaxBytes: 536_870_912 }, "swap_limit", "at most 537 MB", /^--memory-swap/],
    [{ processesMax: "none" }, "process_limit", "no limit", /^--pids-limit$/],
  ];

for (const [changes, id, what, flag] of LOOSE) {
  test(`containerFacts() misses ${id} when it holds nothing (${what}), and does not know it when it is not told`, () => {
    const [missing, ...others] = openFacts(changes);
    assert.equal([missing!.id, missing!.state, missing!.what], [id, "missing", what]);
    assert.match(missing!.flag, flag);
    assert.equal(others, []);

    const [blind, ...rest] = openFacts(Object.fromEntries(Object.keys(changes).map((key) => [key, null])));
    assert.equal([blind!.id, blind!.state], [id, "unknown"]);
    assert.match(blind!.what, /^unknown/);
    assert.equal(rest, []);
  });
}

test("containerProblem() names each fact that is missing or unknown, and what gives it", () => {
  assert.is(
    containerProblem(containerFacts({ ...HARDENED, isRootReadOnly: false, processesMax: null })),
    "container.require_hardened is set and not proven: " +
      "read_only_root (the root file system can be written, expected --read-only); " +
      "process_limit (unknown: the system does not tell this process, expected --pids-limit)",
  );
});

test.run();
