import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  containerFindings,
  kernelLockFinding,
  watchFinding,
} from "../../../src/commands/doctor/machine_findings.ts";
import { containerFacts } from "../../../src/policy/container_guard.ts";
import { HARDENED } from "../../support/hardened_facts.ts";

test("containerFindings() passes each fact that is proven, in the guard's words", () => {
  assert.equal(
    containerFindings(HARDENED, true).map(({ id, state, what }) => [id, state, what]),
    containerFacts(HARDENED).map(({ id, what }) => [id, "PASS", what]),
  );
});

test("containerFindings() warns of what is missing or unknown, and fails it when the configuration asks for it", () => {
  const facts = { ...HARDENED, uid: 0, processesMax: null };
  for (const [isRequired, state] of [[false, "WARN"], [true, "FAIL"]] as const) {
    assert.equal(containerFindings(facts, isRequired).filter(({ state }) => state !== "PASS"), [
      {
        id: "user",
        state,
        what: "root",
        do: "in a container: --user=65534, or another that is not root",
      },
      {
        id: "process_limit",
        state,
        what: "unknown: the system does not tell this process",
        do: "on linux ask again with node, or look from outside",
      },
    ]);
  }
});

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
