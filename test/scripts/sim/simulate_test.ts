import { test } from "uvu";
import * as assert from "uvu/assert";
import { type SimPlan, simPlan } from "../../../scripts/sim/sim_plan.ts";
import { simulate } from "../../../scripts/sim/simulate.ts";

const crash = { at_ms: 100_000, calls: 5, kind: "torn", down_ms: 0 } as const;
const plan: SimPlan = {
  ...simPlan(4),
  sets: ['symbols=["BTCUSDT"]', "market.embedded.ticks_per_s=1"],
  overVenue: false,
  isDurable: true,
  venueFaults: [],
  diskFaults: [],
  commands: [{ at_ms: 150_000, command: "stop" }],
  crashes: [crash],
};

test("simPlan() makes the same plan of the same seed, and simulate() the same night of the same plan", async () => {
  assert.equal(simPlan(4), simPlan(4));
  assert.not.equal(simPlan(4), simPlan(5));
  const night = await simulate(plan);
  assert.equal(await simulate(plan), night);
  const { verdict, stop, crashes, resumed, compared } = night;
  assert.equal([verdict, stop, crashes, resumed, compared], ["STOPPED", "OPERATOR", 1, 1, true]);
});

test("simulate() comes to an end whatever the disk does, and ends what may not go on", async () => {
  const failed = await simulate({
    ...plan,
    crashes: [],
    diskFaults: [{ at_ms: 50_000, calls: 3, what: "EIO", lasts: false }],
  });
  assert.equal([failed.verdict, failed.stop, failed.diskFaults], ["STOPPED", "SINK_IO", 1]);
  const late = await simulate({
    ...plan,
    crashes: [{ ...crash, at_ms: 150_000, calls: 60, kind: "killed" }],
  });
  assert.equal([late.verdict, late.stop, late.compared], ["STOPPED", "OPERATOR", false]);
  const early = await simulate({ ...plan, crashes: [{ ...crash, at_ms: 0, calls: 3 }] });
  assert.is(early.verdict, "NO RUN");
});

test.run();
