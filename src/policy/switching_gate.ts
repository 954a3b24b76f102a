import type { Lifecycle, PolicyDigests } from "../core/event.ts";
import type { Asked, Decision, PolicyGate } from "../core/ports.ts";

/**
 * The policies of a run, of which one is in force: the first, until the log says that another has taken its place. So
 * whoever reads the log again switches where the night did.
 */
export interface SwitchingGate extends PolicyGate {
  readonly inForce: PolicyDigests;
  /** Makes a policy ready: it takes force when the log says so. */
  add(digests: PolicyDigests, gate: PolicyGate): void;
}

export function switchingGate(digests: PolicyDigests, first: PolicyGate): SwitchingGate {
  const known = new Map([[keyOf(digests), first]]);
  let inForce = { digests, gate: first };
  return {
    get policySha256() {
      return inForce.gate.policySha256;
    },
    get inForce() {
      return inForce.digests;
    },
    get tally() {
      const tallies = [...known.values()].map(({ tally }) => tally).filter((tally) => tally !== undefined);
      return {
        decisions: tallies.reduce((sum, { decisions }) => sum + decisions, 0),
        evaluations: tallies.reduce((sum, { evaluations }) => sum + evaluations, 0),
      };
    },
    add(other, gate) {
      if (!known.has(keyOf(other))) known.set(keyOf(other), gate);
    },
    decide: (entrypoint: string, asked: Asked): Decision => inForce.gate.decide(entrypoint, asked),
    follow({ what, policy }: Lifecycle) {
      if (what === "started") inForce = { digests, gate: first };
      if (what !== "policy_reloaded") return;
      const gate = policy === undefined ? undefined : known.get(keyOf(policy));
      if (gate === undefined) {
        throw new Error(
          `The log puts policy ${policy?.policy_sha256} in force, which this process does not have`,
        );
      }
      inForce = { digests: policy!, gate };
    },
  };
}

export function isSwitching(gate: PolicyGate): gate is SwitchingGate {
  return "add" in gate;
}

function keyOf({ policy_sha256, policy_data_sha256 }: PolicyDigests): string {
  return `${policy_sha256} ${policy_data_sha256}`;
}
