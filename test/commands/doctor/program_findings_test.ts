import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  clockFinding,
  configFinding,
  egressFinding,
  hashFinding,
  platformFinding,
  policyFinding,
  resourcesFinding,
  runtimeFinding,
  secretsFinding,
  smallestStepMs,
} from "../../../src/commands/doctor/program_findings.ts";

test("runtimeFinding() refuses a runtime that is too old", () => {
  const table: readonly (readonly [name: string, version: string, state: string])[] = [
    ["node", "20.19.0", "PASS"],
    ["node", "20.18.9", "FAIL"],
    ["node", "18.99.0", "FAIL"],
    ["node", "22.0.0", "PASS"],
    ["node", "", "FAIL"],
    ["deno", "2.0.0", "PASS"],
    ["deno", "2.9.5", "PASS"],
    ["deno", "1.46.3", "FAIL"],
  ];
  for (const [name, version, state] of table) {
    assert.is(runtimeFinding({ name, version }).state, state, version);
  }
  assert.equal(runtimeFinding({ name: "node", version: "18.20.1" }), {
    id: "runtime",
    state: "FAIL",
    what: "node 18.20.1, expected 20.19 or later",
    do: "install node 20.19 or later",
  });
});

test("platformFinding() knows linux and warns of the rest", () => {
  const states = ["linux", "darwin", "win32"].map((platform) =>
    platformFinding({ platform, arch: "x64" }).state
  );
  assert.equal(states, ["PASS", "WARN", "WARN"]);
});

test("clockFinding() warns of a clock that moves in steps of more than a millisecond", () => {
  const ts = Date.UTC(2026, 10, 21, 22);
  assert.equal(clockFinding(ts, 0.000_51), {
    id: "clock",
    state: "PASS",
    what: "2026-11-21T22:00:00.000Z (UTC throughout, the time zone plays no part), steps of 0.00051 ms",
    do: null,
  });
  assert.is(clockFinding(ts, 1).state, "PASS");
  assert.is(clockFinding(ts, 15.6).state, "WARN");
  assert.is(clockFinding(ts, Infinity).state, "WARN");
});

test("smallestStepMs() finds the smallest step of a clock, Infinity of one that stands", () => {
  let ms = 0;
  let looks = 0;
  assert.is(smallestStepMs(() => looks++ % 3 === 0 ? ms += 2 + (looks % 2) : ms), 2);
  assert.is(smallestStepMs(() => 7), Infinity);
});

test("hashFinding() proves the runtime's SHA-256", () => {
  assert.is(hashFinding().state, "PASS");
  const { state, what } = hashFinding(() => {
    throw new Error("SHA-256 of this runtime gives 00");
  });
  assert.equal({ state, what }, { state: "FAIL", what: "SHA-256 of this runtime gives 00" });
});

test("configFinding() puts all problems on one line", () => {
  assert.is(configFinding(null).state, "PASS");
  const { state, what } = configFinding("a is 1\nb is 2");
  assert.equal({ state, what }, { state: "FAIL", what: "a is 1; b is 2" });
});

test("policyFinding() names the policy, or says why it does not fit", () => {
  assert.match(
    policyFinding({ policy: { policySha256: "c8e492e36f623467eb40" } }).what,
    /wasm c8e492e36f623467…$/,
  );
  const finding = policyFinding("policy.directory: no manifest");
  assert.equal([finding.state, finding.what], ["FAIL", "policy.directory: no manifest"]);
});

test("resourcesFinding() says what is too little", () => {
  assert.is(resourcesFinding(null).state, "PASS");
  const problem = { component: "resource_guard", reason_code: "RESOURCE_LIMIT", detail: "too little" };
  assert.equal([resourcesFinding(problem).state, resourcesFinding(problem).what], ["FAIL", "too little"]);
});

test("egressFinding() names what would be dialed, or what policy refuses", () => {
  const refusal = (url: string) => url.includes("bad") ? `Denied: ${url}` : null;
  assert.is(egressFinding([], refusal).what, "nothing but this machine is dialed");
  assert.is(egressFinding(["wss://a", "https://b"], refusal).what, "may dial wss://a, https://b");
  const { state, what } = egressFinding(["wss://a", "https://bad"], refusal);
  assert.equal([state, what], ["FAIL", "Denied: https://bad"]);
});

test("secretsFinding() says what was found, or where was looked", () => {
  const problem = {
    component: "secrets_guard",
    reason_code: "SECRET_FOUND",
    detail: "argument 3 looks like one",
  };
  assert.equal(secretsFinding(problem, true), {
    id: "secrets",
    state: "FAIL",
    what: "SECRET_FOUND: argument 3 looks like one",
    do: "take it away: a night that shows it is refused",
  });
  assert.is(secretsFinding(null, true).what, "none in command line, configuration and environment");
  assert.match(secretsFinding(null, false).what, /environment \(which this process may not read\)$/);
});

test.run();
