import { map, type OperatorFunction } from "rxjs";
import type { Contracts } from "../../core/contracts.ts";
import type { AnyDraft } from "../../core/event.ts";
import { Refusal } from "./refusal.ts";
import { stopDraft } from "./stop_draft.ts";

/** Lets through what its schema accepts. An event of ours that does not fit stops the night: SCHEMA_INVALID. */
export function validate(contracts: Contracts): OperatorFunction<AnyDraft, AnyDraft | Refusal> {
  return map((draft) => {
    const problem = contracts.checkPayload(draft.type, draft.source, draft.payload);
    if (problem === null) return draft;
    return new Refusal(stopDraft(draft, "SCHEMA_INVALID", `${draft.type}: ${problem}`));
  });
}
