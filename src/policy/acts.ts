import type { Act, Draft, PolicyDenial } from "../core/event.ts";
import type { PolicyGate } from "../core/ports.ts";

/**
 * Asks policy about what the process is about to do itself, which is no event: to start, to dial, to write. What is
 * denied is not done; the denial is an input of the log.
 */
export const ACT_ENTRYPOINTS: Readonly<Record<Act, string>> = {
  start: "nore/run/decision",
  dial: "nore/egress/decision",
  write: "nore/files/decision",
};

/** Null where it may be done. A gate that gives no answer denies. */
export function judgeAct(gate: PolicyGate, act: Act, payload: unknown): PolicyDenial | null {
  const entrypoint = ACT_ENTRYPOINTS[act];
  const about = { entrypoint, policy_sha256: gate.policySha256, origin: "input", denied_type: act } as const;
  try {
    const decision = gate.decide(entrypoint, { type: act, source: "watchdog_role", ts: 0, payload });
    return decision.allow ? null : { ...about, codes: decision.codes, input: decision.input };
  } catch (error) {
    return { ...about, codes: ["POLICY_ERROR"], input: { detail: (error as Error).message } };
  }
}

/** For the log, at the time at which it takes it. */
export function denialDraft(payload: PolicyDenial, ts: number): Draft<"policy_denial"> {
  return { type: "policy_denial", source: "watchdog_role", ts, cause: null, payload };
}
