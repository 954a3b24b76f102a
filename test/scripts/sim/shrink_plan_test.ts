import { test } from "uvu";
import * as assert from "uvu/assert";
import { shrinkPlan } from "../../../scripts/sim/shrink_plan.ts";
import { type SimPlan, simPlan } from "../../../scripts/sim/sim_plan.ts";

const full: SimPlan = {
  ...simPlan(1),
  sets: ["a=1", "b=2", "c=3"],
  strategies: [{ id: "alpha" }, { id: "beta" }],
  overVenue: true,
  isDurable: false,
  venueFaults: ["stall", "gap"].map((kind) => ({ kind, after_ms: 1, every_ms: 0 })),
  commands: [{ at_ms: 5, command: "stop" }],
  diskFaults: ["EIO", "full"].map((what) => ({ at_ms: 1, calls: 2, what, lasts: true })),
  crashes: ([10, 20, 30] as const).map((at_ms) => ({ at_ms, calls: 1, kind: "power", down_ms: 1000 })),
};

test("shrinkPlan() leaves nothing that the problem does not need", async () => {
  const needs = ({ sets, crashes, strategies }: SimPlan) =>
    sets.includes("b=2") && crashes.some(({ at_ms, down_ms }) => at_ms === 20 && down_ms > 0) &&
    strategies.some((each) => "id" in each && each.id === "beta");
  const asked: SimPlan[] = [];
  const { plan, problem, tries } = await shrinkPlan({ plan: full, problem: "as it was" }, (each) => {
    asked.push(each);
    return Promise.resolve(needs(each) ? `with ${each.sets.length} sets` : null);
  }, 1000);
  assert.equal(plan, {
    ...full,
    sets: ["b=2"],
    strategies: [{ id: "beta" }],
    overVenue: false,
    isDurable: true,
    venueFaults: [],
    commands: [],
    diskFaults: [],
    crashes: [{ at_ms: 20, calls: 1, kind: "killed", down_ms: 1000 }],
  });
  assert.is(problem, "with 1 sets");
  assert.is(tries, asked.length);
});

test("shrinkPlan() gives the plan back when nothing smaller fails, and asks no more than it may", async () => {
  const whole = { plan: full, problem: "a flake" };
  const none = await shrinkPlan(whole, () => Promise.resolve(null), 1000);
  assert.equal([none.plan, none.problem], [full, "a flake"]);
  const bounded = await shrinkPlan(whole, () => Promise.resolve("still"), 3);
  assert.is(bounded.tries, 3);
});

test.run();
