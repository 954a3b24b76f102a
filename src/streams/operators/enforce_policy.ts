import { map, type OperatorFunction } from "rxjs";
import type { Contracts } from "../../core/contracts.ts";
import type { AnyDraft, Draft, PermittedDraft } from "../../core/event.ts";
import type { PolicyGate } from "../../core/ports.ts";
import { Refusal } from "./refusal.ts";
import { stopDraft } from "./stop_draft.ts";

/**
 * Lets through what policy permits. A denial goes back into the turn as a policy_denial;
 * a gate that throws or gives nothing stops the night: POLICY_ERROR. Which policy is in force follows from what
 * comes by; one that is not here stops the night, too: POLICY_STALE.
 */
export function enforcePolicy(
  gate: PolicyGate,
  contracts: Contracts,
): OperatorFunction<AnyDraft | Refusal, PermittedDraft | Refusal> {
  const followed = (draft: Draft<"lifecycle"> & AnyDraft): PermittedDraft | Refusal => {
    try {
      gate.follow?.(draft.payload);
      return draft as PermittedDraft & AnyDraft;
    } catch (error) {
      return new Refusal(stopDraft(draft, "POLICY_STALE", (error as Error).message));
    }
  };
  return map((draft) => {
    if (draft instanceof Refusal) return draft;
    const entrypoint = contracts.entrypointOf(draft.type);
    if (entrypoint === null) return draft.type === "lifecycle" ? followed(draft) : draft as PermittedDraft;
    try {
      const decision = gate.decide(entrypoint, draft);
      if (decision.allow === true) return draft as PermittedDraft; // whatever a gate gives, only this permits
      return new Refusal(denialOf(draft, entrypoint, gate.policySha256, decision));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return new Refusal(stopDraft(draft, "POLICY_ERROR", `${entrypoint}: ${detail}`));
    }
  });
}

function denialOf(
  draft: AnyDraft,
  entrypoint: string,
  policySha256: string,
  decision: { readonly codes: readonly string[]; readonly input: unknown },
): AnyDraft {
  const about = draft.payload as { readonly strategy_id?: string; readonly client_order_id?: string };
  const payload = {
    entrypoint,
    codes: decision.codes,
    policy_sha256: policySha256,
    input: decision.input,
    origin: draft.cause === null ? "input" as const : "derived" as const,
    denied_type: draft.type,
    ...(about.strategy_id === undefined ? {} : { strategy_id: about.strategy_id }),
    ...(about.client_order_id === undefined ? {} : { client_order_id: about.client_order_id }),
    ...(draft.cause === null ? {} : { cause: draft.cause }),
  };
  return { type: "policy_denial", source: "watchdog_role", ts: draft.ts, cause: draft.cause, payload };
}
