/**
 * Simulates nights of ten virtual minutes, a seed each, and holds every one against what must hold of all:
 * `scripts/sim.ts [--seeds N] [--from SEED]`. One alone, with all that it is made of: `--seed SEED`, or `--plan FILE`
 * as one prints it; with `--shrink` it is made as small as it still fails.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { runSeeds, type SeedProblem, type SeedResult } from "./sim/run_seeds.ts";
import { shrinkPlan } from "./sim/shrink_plan.ts";
import { type SimPlan, simPlan } from "./sim/sim_plan.ts";
import { summaryOf } from "./sim/sim_summary.ts";
import { type SimOutcome, simulate } from "./sim/simulate.ts";

const SHRINK_TRIES_MAX = 150;
/** Of the nights that fail, so many are made smaller by themselves. */
const SHRUNK_MAX = 1;

const NUMBER = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    seeds: NUMBER,
    from: NUMBER,
    seed: NUMBER,
    plan: { type: "string" },
    shrink: { type: "boolean" },
    /** For the processes that this one starts: every so many seeds, a line each. */
    step: NUMBER,
  },
});
const numberOf = (name: "seeds" | "from" | "seed" | "step", usual: number): number => {
  const value = Number(values[name] ?? usual);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  process.stderr.write(`Expected --${name} N, got ${JSON.stringify(values[name])}\n`);
  process.exit(2);
};
const say = (line: string) => void process.stdout.write(`${line}\n`);

if (values.plan !== undefined) await showOne(JSON.parse(readFileSync(values.plan, "utf8")) as SimPlan);
else if (values.seed !== undefined) await showOne(simPlan(numberOf("seed", 1)));
else if (values.step !== undefined) await simulateSome(numberOf("step", 1));
else await simulateAll();

async function resultOf(plan: SimPlan): Promise<SimOutcome | SeedProblem> {
  try {
    return await simulate(plan);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error), isFatal: false };
  }
}

async function showOne(plan: SimPlan): Promise<void> {
  say(JSON.stringify(plan, null, 2));
  const one = await resultOf(plan);
  say(JSON.stringify(one, null, 2));
  if ("problem" in one && values.shrink === true) await showSmallest({ plan, problem: one.problem });
  end("problem" in one ? 0 : 1, "problem" in one ? 1 : 0);
}

async function showSmallest(whole: { readonly plan: SimPlan; readonly problem: string }): Promise<void> {
  const find = async (plan: SimPlan) => {
    const found = await resultOf(plan);
    process.stderr.write("problem" in found ? "x" : ".");
    return "problem" in found ? found.problem : null;
  };
  const { plan, problem, tries } = await shrinkPlan(whole, find, SHRINK_TRIES_MAX);
  process.stderr.write("\n");
  say(`The smallest that still fails, after ${tries} tries (save it, then: npm run sim -- --plan FILE):`);
  say(JSON.stringify(plan, null, 2));
  say(problem);
}

async function simulateSome(step: number): Promise<void> {
  const [from, seeds] = [numberOf("from", 1), numberOf("seeds", 100)];
  for (let seed = from; seed < from + seeds; seed += step) {
    const result: SeedResult = { seed, ...await resultOf(simPlan(seed)) };
    say(JSON.stringify(result));
  }
}

async function simulateAll(): Promise<void> {
  const [from, seeds] = [numberOf("from", 1), numberOf("seeds", 100)];
  const startMs = performance.now();
  const results = await runSeeds(import.meta.url, { from, seeds }, (result, done) => {
    if ("problem" in result) say(`FAIL seed ${result.seed}: ${result.problem}`);
    const seconds = (performance.now() - startMs) / 1000;
    if (done % 50 === 0) {
      process.stderr.write(`${done} of ${seeds} nights, ${(done / seconds).toFixed(1)} a second\n`);
    }
  });
  for (const line of summaryOf(results)) say(line);
  const failed = results.flatMap((result) => "problem" in result ? [result] : []);
  for (const { seed, problem, isFatal } of failed.slice(0, SHRUNK_MAX)) {
    say(`Seed ${seed} is made of: ${JSON.stringify(simPlan(seed), null, 2)}`);
    say(`See it again: npm run sim -- --seed ${seed}`);
    if (!isFatal) await showSmallest({ plan: simPlan(seed), problem });
  }
  end(results.length - failed.length, failed.length);
}

function end(passed: number, failed: number): void {
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
