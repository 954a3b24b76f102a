import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Health } from "../../../src/core/event.ts";
import { watchdogRole } from "../../../src/streams/watchdog/watchdog_role.ts";
import { sampleEvents } from "../../support/sample_events.ts";
import { AI_LIMITS, LIMITS } from "../../support/watchdog_limits.ts";

const machine = watchdogRole({ symbols: ["AAAUSDT"], watchdog: LIMITS, ai: AI_LIMITS });

const health = (ts: number, said: Partial<Health>): Event<"health"> => ({
  ...sampleEvents.health,
  ts,
  payload: { role: "ai_role", state: "DOWN", uptime_s: 1, origin: "input", ...said },
});
const restarted = (ts: number): Event<"lifecycle"> => ({
  ...sampleEvents.lifecycle,
  ts,
  payload: { what: "role_restarted", role: "ai_role", detail: "ai_role: restart 1" },
});

function told(...events: readonly (Event<"health"> | Event<"lifecycle">)[]) {
  const state = machine.initial();
  return events.flatMap((event) => machine.step(state, event)[1]).map(({ type, payload }) => {
    const { role, state, off, detail } = payload as Health;
    return [type, role, state, off ?? false, detail];
  });
}

test("watchdogRole() asks for the AI's restart each time it is down, then gives it up, and never stops the night", () => {
  const down = (ts: number) => health(ts, { detail: "killed" });
  assert.equal(told(down(1), restarted(2), down(3), restarted(4), down(5), down(6)), [
    ["health", "ai_role", "DOWN", false, "killed; restart 1 of 2"],
    ["health", "ai_role", "RESTARTED", false, "ai_role: restart 1"],
    ["health", "ai_role", "DOWN", false, "killed; restart 2 of 2"],
    ["health", "ai_role", "RESTARTED", false, "ai_role: restart 1"],
    ["health", "ai_role", "DOWN", true, "killed; off for the night after 2 restarts"],
  ]);
});

test("watchdogRole() leaves an AI alone that never began, that works with losses, or that is its own word", () => {
  assert.equal(told(health(1, { off: true }), health(2, {})), []);
  assert.equal(told(health(1, { state: "DEGRADED" }), health(2, { origin: "derived" })), []);
});

test.run();
