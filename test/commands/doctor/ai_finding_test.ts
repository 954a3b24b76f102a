import { readdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AiFacts, aiFinding, readAiFacts } from "../../../src/commands/doctor/ai_finding.ts";
import { PROBE_ATTEMPTS } from "../../../src/core/ai_mail.ts";
import { boundaryFacts } from "../../support/boundary_facts.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

test("aiFinding() names the boundary and each attempt with its result", () => {
  const { state, what } = aiFinding(boundaryFacts("linux_namespaces"), false);
  assert.is(state, "PASS");
  assert.is(
    what,
    `linux_namespaces (as it is made): ${PROBE_ATTEMPTS.map((name) => `${name} denied`).join(", ")}`,
  );
});

test("aiFinding() says what is not promised, and how to get a better one", () => {
  const finding = aiFinding(boundaryFacts("node_permission", ["signal_parent"], "be root"), false);
  assert.is(finding.state, "WARN");
  assert.match(finding.what, /sqlite denied, signal_parent worked \(not promised\)$/);
  assert.is(finding.do, "for a better one: be root");
});

test("aiFinding() fails at a leak, and where nothing could be proven", () => {
  const leak = aiFinding(boundaryFacts("linux_namespaces", ["tcp"]), false);
  assert.equal([leak.state, leak.what], ["FAIL", "linux_namespaces (as it is made): tcp worked: a detail"]);
  const { found, probe } = boundaryFacts("linux_namespaces");
  const arrived = aiFinding({ found, probe: { ...probe!, arrived: ["udp"] } }, false);
  assert.match(arrived.what, /: udp arrived at the host$/);
  const unproven = aiFinding({ found, probe: { ...probe!, attempts: [], problem: "it ended" } }, false);
  assert.equal([unproven.state, unproven.what], [
    "FAIL",
    "linux_namespaces (as it is made): cannot be proven: it ended",
  ]);
});

test("aiFinding() warns where there is none, and fails where one is required", () => {
  const none: AiFacts = { found: { boundary: null, missed: ["no unshare"], todo: "be root" }, probe: null };
  assert.equal(aiFinding(none, false), {
    id: "ai_boundary",
    state: "WARN",
    what: "none, so the AI stays off (no unshare)",
    do: "be root",
  });
  assert.is(aiFinding(none, true).state, "FAIL");
});

test("readAiFacts() finds no leak on this machine, and leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const { found, probe } = await readAiFacts(512, folder);
    assert.is(probe === null, found.boundary === null);
    assert.not.equal(aiFinding({ found, probe }, false).state, "FAIL");
    assert.equal(readdirSync(folder), []);
    assert.is((await readAiFacts(512, `${folder}/not/there`)).probe?.problem ?? null, null);
    assert.equal(readdirSync(folder), []);
    writeFileSync(`${folder}/file`, "");
    assert.is((await readAiFacts(512, `${folder}/file/under`)).probe?.problem ?? null, null);
  }));

test.run();
