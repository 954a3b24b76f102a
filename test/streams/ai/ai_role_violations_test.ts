import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PolicyDenial } from "../../../src/core/event.ts";
import { advice, healths, stage, words } from "../../support/ai_stage.ts";

const DENIAL = { codes: ["AI_ORDER"] } as unknown as PolicyDenial;
const RAW = new Uint8Array([1]);

test("AiRole stops the night for a violation, once, with the evidence", () => {
  const { until, last, said, letters, prove, role } = stage({ step_ms: 1000 });
  until(1000);
  prove();
  last().listener.violated({ detail: "an order", raw: RAW, denial: DENIAL });
  assert.equal(words(said), ["UP 1000", "policy_denial 1000", "AI_BOUNDARY 1000"]);
  assert.equal(letters.map(({ queue, reason_code, detail, raw }) => [queue, reason_code, detail, raw]), [
    ["recommendations", "AI_BOUNDARY", "an order", RAW],
  ]);
  assert.is(last().isKilled, true);
  last().listener.violated({ detail: "more", raw: RAW, denial: DENIAL });
  last().listener.ended("killed");
  role.restart(false);
  until(100_000);
  assert.equal([said.length, letters.length], [3, 1]);
});

test("AiRole under quarantine is down for a violation, and comes again", () => {
  const { until, last, said, letters, prove, role, lives } = stage({
    step_ms: 1000,
    on_violation: "quarantine",
  });
  until(1000);
  prove();
  last().listener.violated({ detail: "an order", raw: RAW, denial: DENIAL });
  assert.equal(words(said), ["UP 1000", "policy_denial 1000", "DOWN 1000"]);
  assert.equal([healths(said)[1]!.detail, letters.length], ["AI_BOUNDARY: an order", 1]);
  role.restart(false);
  until(3000);
  assert.is(lives.length, 2);
});

const WRONG: readonly (readonly [string, (role: ReturnType<typeof stage>) => void])[] = [
  [
    "its isolation leaks: tcp worked; dns worked",
    ({ last }) => last().listener.proven(["tcp worked", "dns worked"]),
  ],
  ["recommendation that nobody has asked for", ({ prove, last }) => {
    prove();
    last().listener.said(advice());
  }],
  ["heartbeat of batch 2, expected 1", ({ prove, until, beat }) => {
    prove();
    until(2000);
    beat(2);
  }],
  ["advice by model_x, which it was not given", ({ prove, until, last }) => {
    prove();
    until(2000);
    last().listener.said(advice("model_x"));
  }],
];
for (const [detail, act] of WRONG) {
  test(`AiRole stops the night: ${detail}`, () => {
    const on = stage({ step_ms: 1000 });
    on.until(1000);
    act(on);
    const stops = on.said.flatMap(({ type, payload }) => type === "stop_journal" ? [payload] : []);
    assert.equal(stops, [{ component: "ai_role", reason_code: "AI_BOUNDARY", detail, origin: "input" }]);
    assert.equal([on.letters, on.last().isKilled], [[], true]);
  });
}

test.run();
