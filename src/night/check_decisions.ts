import type { AnyDraft, Event, PolicyDenial } from "../core/event.ts";
import type { Files, PolicyGate } from "../core/ports.ts";
import { readLog } from "../sinks/log_reader.ts";
import { firstDifference } from "./first_difference.ts";
import type { RunBasis } from "./run_basis.ts";

/**
 * Asks a policy, a run's own or another, again about every decision of the run: whether each event that passed a gate
 * passes it now, and each denial comes about again, by the same fields and with the same codes. Call when the run is
 * verified.
 */
export interface DecisionCheck {
  readonly allowed: number;
  readonly denied: number;
  readonly differing: number;
  /** The first of them. */
  readonly disagreements: readonly Disagreement[];
}

export interface Disagreement {
  readonly n: number;
  readonly entrypoint: string;
  readonly reason: string;
}

export interface DecisionCheckOptions {
  readonly files: Files;
  readonly runFolder: string;
  readonly basis: RunBasis;
  readonly gate: PolicyGate;
  readonly onProgress: (events: number) => void;
}

/** The code of a denial by a gate that threw. */
const UNANSWERED = "POLICY_ERROR";
const PROGRESS_EVERY = 10_000;
const DISAGREEMENTS_KEPT = 100;

export function checkDecisions(
  { files, runFolder, basis, gate, onProgress }: DecisionCheckOptions,
): DecisionCheck {
  const { manifest: { run_id: runId, policy_sha256: ownPolicy }, config, contracts } = basis;
  const disagreements: Disagreement[] = [];
  let [allowed, denied, differing] = [0, 0, 0];
  let inForce = ownPolicy;
  for (const { n, event } of readLog(files, runFolder, { runId, queues: config.queues.names })) {
    if (n % PROGRESS_EVERY === 0) onProgress(n);
    if (event.type === "lifecycle") {
      gate.follow?.(event.payload);
      inForce = event.payload.policy?.policy_sha256 ?? inForce;
    }
    const denial = event.type === "policy_denial" ? event.payload : null;
    const entrypoint = denial?.entrypoint ?? contracts.entrypointOf(event.type);
    if (entrypoint === null) continue;
    if (denial === null) allowed++;
    else denied++;
    const reason = denial === null ? refusalOf(gate, entrypoint, event) : changeOf(gate, denial, inForce);
    if (reason === null) continue;
    differing++;
    if (disagreements.length < DISAGREEMENTS_KEPT) disagreements.push({ n, entrypoint, reason });
  }
  return { allowed, denied, differing, disagreements };
}

/** null where it is allowed, as it was. */
function refusalOf(gate: PolicyGate, entrypoint: string, event: Event): string | null {
  const decision = gate.decide(entrypoint, { ...event, cause: null } as AnyDraft);
  return decision.allow
    ? null
    : `${event.type} stands in the log, the policy denies it: ${decision.codes.join(", ")}`;
}

/** null where it is denied as it was. */
function changeOf(gate: PolicyGate, denial: PolicyDenial, inForce: string): string | null {
  if (denial.policy_sha256 !== inForce) {
    return `was denied by the policy ${denial.policy_sha256}, in force was ${inForce}`;
  }
  if (denial.codes[0] === UNANSWERED) return null; // nobody can say what would have been the answer
  const decision = gate.decide(denial.entrypoint, { cause: null, ...denial.input as object } as AnyDraft);
  if (decision.allow) {
    return `${denial.denied_type} was denied (${denial.codes.join(", ")}), the policy allows it`;
  }
  const recorded = { codes: denial.codes, input: denial.input };
  const found = firstDifference(recorded, {
    codes: decision.codes,
    input: cutTo(denial.input, decision.input),
  });
  if (found === null) return null;
  const [was, is] = [found.recorded, found.replayed].map((value) => JSON.stringify(value) ?? "nothing");
  return `${denial.denied_type} was denied with ${found.field} ${was}, now it is ${is}`;
}

/** A gate that is not told what its rules read quotes more than they do. */
function cutTo(fewer: unknown, more: unknown): unknown {
  if (!isBranch(fewer) || !isBranch(more)) return more;
  return Object.fromEntries(
    Object.keys(fewer).filter((name) => Object.hasOwn(more, name)).map((
      name,
    ) => [name, cutTo(fewer[name], more[name])]),
  );
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
