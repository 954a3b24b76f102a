import type { Draft, Event, Lifecycle, PolicyDigests } from "../core/event.ts";
import type { Files } from "../core/ports.ts";
import { linesOfFile } from "../sinks/log_reader.ts";
import { isReads, type StartFacts } from "./start_facts.ts";

/** Another policy takes the place of a run's own while it runs: how the log says so, and what it has said of it. */
export interface PolicyReload {
  readonly policy: PolicyDigests;
  /** What its rules read; null where the log does not say. */
  readonly policyReads: StartFacts["policyReads"] | null;
}

export function reloadedDraft(
  { policy, policyReads }: PolicyReload,
  before: PolicyDigests,
  ts: number,
): Draft<"lifecycle"> {
  const detail = `policy ${policy.policy_sha256.slice(0, 16)}… with data ` +
    `${policy.policy_data_sha256.slice(0, 16)}… decides from here on`;
  const payload: Lifecycle & { readonly policy_reads: unknown } = {
    what: "policy_reloaded",
    detail,
    policy,
    policy_before: before,
    policy_reads: policyReads,
  };
  return { type: "lifecycle", source: "watchdog_role", ts, cause: null, payload };
}

/** In the order of the log, those of a policy that is in force twice as well. */
export function* reloadsIn(files: Files, runFolder: string): Generator<PolicyReload, undefined> {
  for (const { value } of linesOfFile(files, `${runFolder}/queues/lifecycle`, "inbox")) {
    const { what, policy, policy_reads: reads } = (value as Event<"lifecycle">).payload as Lifecycle & {
      readonly policy_reads?: unknown;
    };
    if (what !== "policy_reloaded" || policy === undefined) continue;
    yield { policy, policyReads: isReads(reads) ? reads : null };
  }
}
