import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AiBoundary, PROBE_ATTEMPTS, type ProbeAttempt } from "../../../src/core/ai_mail.ts";
import { isDenied, leaksOf } from "../../../src/streams/ai/probe_promises.ts";

const BOUNDARIES: readonly AiBoundary[] = ["linux_namespaces", "node_permission", "deno_no_grants"];

const told = (worked: readonly string[] = []): readonly ProbeAttempt[] =>
  PROBE_ATTEMPTS.map((name) => ({ name, succeeded: worked.includes(name), detail: "a detail" }));

test("leaksOf() finds none where all was denied", () => {
  for (const boundary of BOUNDARIES) assert.equal(leaksOf(boundary, told()), []);
});

test("leaksOf() takes each attempt that worked for a leak, but for what was not promised", () => {
  const table = BOUNDARIES.map((boundary) => [
    boundary,
    PROBE_ATTEMPTS.filter((name) => leaksOf(boundary, told([name])).length === 0),
  ]);
  assert.equal(table, [
    ["linux_namespaces", []],
    ["node_permission", ["signal_parent"]],
    ["deno_no_grants", []],
  ]);
  assert.equal(leaksOf("linux_namespaces", told(["tcp"])), ["tcp worked: a detail"]);
  assert.not(isDenied("node_permission", "signal_parent"));
});

test("leaksOf() believes the host more than the process", () => {
  assert.equal(leaksOf("linux_namespaces", told(), ["tcp", "udp"]), [
    "tcp arrived at the host",
    "udp arrived at the host",
  ]);
});

test("leaksOf() takes an attempt that is missing, doubled, unknown or unclear for a leak", () => {
  const all = told();
  assert.equal(leaksOf("linux_namespaces", all.slice(1)), ["read_outside was told 0 times, expected once"]);
  assert.equal(leaksOf("node_permission", all.slice(0, -1)), [
    "signal_parent was told 0 times, expected once",
  ]);
  assert.equal(leaksOf("linux_namespaces", [...all, all[2]!]), ["tcp was told 2 times, expected once"]);
  const other = { name: "fly", succeeded: false, detail: "" } as unknown as ProbeAttempt;
  assert.equal(leaksOf("linux_namespaces", [...all, other]), ["fly is no attempt that is known"]);
  const unclear = { ...all[0]!, succeeded: undefined } as unknown as ProbeAttempt;
  assert.is(leaksOf("linux_namespaces", [unclear, ...all.slice(1)]).length, 1);
  assert.is(leaksOf("linux_namespaces", []).length, PROBE_ATTEMPTS.length);
});

test("leaksOf() is empty for nothing but every attempt denied once, in any order", () => {
  const attempt = fc.record({
    name: fc.constantFrom(...PROBE_ATTEMPTS),
    succeeded: fc.boolean(),
    detail: fc.constant(""),
  });
  fc.assert(fc.property(fc.array(attempt, { maxLength: 14 }), (attempts) => {
    const isWhole = attempts.length === PROBE_ATTEMPTS.length &&
      new Set(attempts.map(({ name }) => name)).size === attempts.length;
    const isHeld = isWhole && attempts.every(({ succeeded }) => !succeeded);
    assert.is(leaksOf("linux_namespaces", attempts).length === 0, isHeld);
  }));
  fc.assert(
    fc.property(fc.shuffledSubarray([...told()], { minLength: PROBE_ATTEMPTS.length }), (attempts) => {
      assert.equal(leaksOf("deno_no_grants", attempts), []);
    }),
  );
});

test.run();
