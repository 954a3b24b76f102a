import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  aiIsolationGate,
  noBoundary,
  probeChecks,
  turnedChecks,
} from "../../../src/commands/gates/ai_isolation_gate.ts";
import { PROBE_ATTEMPTS } from "../../../src/core/ai_mail.ts";
import { sealArtefact } from "../../../src/core/journal_line.ts";
import { findBoundary } from "../../../src/edge/ai_boundary.ts";
import { fakeTerminal } from "../../support/fake_terminal.ts";
import "../../support/real_night.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

const NAMESPACES = { name: "linux_namespaces", detail: "walls" } as const;
const failed = (checks: readonly { readonly passed: boolean; readonly what: string }[]) =>
  checks.filter(({ passed }) => !passed).map(({ what }) => what);

test("ai_isolation_gate passes where this machine has a boundary, and fails where it has none", () =>
  inTempFolder(async (folder) => {
    const { boundary } = await findBoundary();
    const checks = await aiIsolationGate.run({ folder, isQuick: true, terminal: fakeTerminal() });
    assert.is(checks.length, boundary === null ? 6 : 12);
    assert.is(failed(checks).length, boundary === null ? 1 : 0, failed(checks).join("\n"));
  }));

test("noBoundary() fails with what is missing and what to do", () => {
  const begins = "no boundary here denies the AI the network, so it stays off: ";
  assert.equal(noBoundary({ missed: ["a", "b"], todo: "use node 26" }), {
    passed: false,
    what: `${begins}a; b; use node 26`,
  });
  assert.equal(noBoundary({ missed: ["a"], todo: null }), { passed: false, what: `${begins}a` });
});

const told = (succeeded: readonly string[]) =>
  PROBE_ATTEMPTS.map((name) => ({ name, succeeded: succeeded.includes(name), detail: `${name}!` }));
const probe = { attempts: told([]), arrived: [], notes: [], problem: null };

test("probeChecks() passes when all was denied, and tells of the key and the environment", () => {
  assert.equal(probeChecks(NAMESPACES, probe), [
    { passed: true, what: "linux_namespaces (walls) denied 11 of 11 attempts, nothing arrived" },
    { passed: true, what: "the anchor key: read_outside!; its environment: environment!" },
  ]);
});

test("probeChecks() fails for a leak, for what has arrived, for a key that was read and where nothing was told", () => {
  const leaks = (of: Partial<typeof probe>) => failed(probeChecks(NAMESPACES, { ...probe, ...of } as never));
  assert.equal(leaks({ attempts: told(["spawn"]) }), ["linux_namespaces: spawn worked: spawn!"]);
  assert.equal(leaks({ arrived: ["udp"] as never }), ["linux_namespaces: udp arrived at the host"]);
  assert.is(leaks({ attempts: told(["read_outside"]) }).length, 2);
  assert.is(leaks({ attempts: told(["environment"]) }).length, 2);
  assert.equal(leaks({ attempts: [], problem: "it said nothing" as never }), [
    "linux_namespaces: it said nothing",
    "the anchor key: not tried; its environment: not tried",
  ]);
});

/** Of a run that ended as it must, but for this. */
function turnedRun(folder: string, counts: object, { reason_code = "AI_BOUNDARY", deadletter = 1 } = {}) {
  mkdirSync(folder, { recursive: true });
  const none = { order_intent: 0, order_cancel: 0, order_result: 0, fill: 0, policy_denial: 1 };
  writeFileSync(`${folder}/report.json`, sealArtefact({ counts: { ...none, ...counts }, deadletter }));
  writeFileSync(`${folder}/STOP.flag`, sealArtefact({ reason_code, detail: "why" }));
  return failed(turnedChecks(folder));
}

test("turnedChecks() fails for another stop, for an order and for evidence that is missing", () =>
  inTempFolder((folder) => {
    assert.equal(turnedRun(folder, {}), []);
    assert.equal(turnedRun(folder, {}, { reason_code: "OPERATOR" }), [
      "the AI said an order: STOPPED OPERATOR, expected AI_BOUNDARY: why",
    ]);
    assert.equal(turnedRun(folder, { order_intent: 1 }), [
      "nothing was traded for it: 1 order_intent, 0 order_cancel, 0 order_result, 0 fill",
    ]);
    assert.equal(turnedRun(folder, {}, { deadletter: 0 }), [
      "as evidence there are 0 deadletter, 1 policy_denial",
    ]);
    assert.equal(turnedRun(folder, { policy_denial: 0 }), [
      "as evidence there are 1 deadletter, 0 policy_denial",
    ]);
  }));

test.run();
