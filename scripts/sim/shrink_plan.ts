import type { SimPlan } from "./sim_plan.ts";

/** Makes a plan that fails smaller, step by step, for as long as something smaller still fails. */
export interface Shrunk {
  readonly plan: SimPlan;
  /** What is wrong with it. */
  readonly problem: string;
  /** Nights that it took. */
  readonly tries: number;
}

/** Gives what is wrong with a plan, null where nothing is. */
export type FindProblem = (plan: SimPlan) => Promise<string | null>;

export async function shrinkPlan(
  whole: { readonly plan: SimPlan; readonly problem: string },
  find: FindProblem,
  triesMax: number,
): Promise<Shrunk> {
  let { plan, problem } = whole;
  let tries = 0;
  /** Where in the list of steps it goes on: what did not help a moment ago is asked last. */
  let at = 0;
  let misses = 0;
  for (;;) {
    const smaller = smallerPlans(plan);
    if (misses >= smaller.length || tries >= triesMax) return { plan, problem, tries };
    const next = smaller[at % smaller.length]!;
    tries++;
    const found = await find(next);
    if (found === null) {
      at++;
      misses++;
      continue;
    }
    plan = next;
    problem = found;
    misses = 0;
  }
}

/** Each without one thing, or with a simpler one in its place. */
function smallerPlans(plan: SimPlan): readonly SimPlan[] {
  const { crashes, strategies, overVenue, isDurable } = plan;
  const lists = (["crashes", "diskFaults", "venueFaults", "commands", "sets"] as const).flatMap((name) =>
    plan[name].map((_, i) => ({ ...plan, [name]: plan[name].toSpliced(i, 1) as never }))
  );
  const oneStrategy = strategies.length === 1
    ? []
    : strategies.map((_, i) => ({ ...plan, strategies: strategies.toSpliced(i, 1) }));
  const atOnce = crashes.flatMap((crash, i) => {
    const simpler = [
      ...(crash.down_ms === 0 ? [] : [{ ...crash, down_ms: 0 }]),
      ...(crash.kind === "killed" ? [] : [{ ...crash, kind: "killed" as const }]),
    ];
    return simpler.map((each) => ({ ...plan, crashes: crashes.with(i, each) }));
  });
  const inside = overVenue ? [{ ...plan, overVenue: false, venueFaults: [] }] : [];
  const durable = isDurable ? [] : [{ ...plan, isDurable: true }];
  return [...inside, ...lists, ...oneStrategy, ...durable, ...atOnce];
}
