import { concat, defer, from, map, type Observable, Subject } from "rxjs";
import type { Config } from "../core/config.ts";
import type { AnyDraft, PolicyDenial } from "../core/event.ts";
import type { Clock, Files, PolicyGate } from "../core/ports.ts";
import { guardedNetwork, type Network } from "../edge/network.ts";
import { realFiles } from "../edge/real_files.ts";
import { denialDraft } from "../policy/acts.ts";
import { egressGuard } from "../policy/egress_guard.ts";
import { guardFiles } from "../policy/files_guard.ts";
import { mirrorFolder } from "../sinks/anchor_mirror.ts";

/**
 * What the process does beside its events, each thing asked about before it is done. What was denied waits here until
 * there is a log to take it.
 */
export interface GuardedActs {
  readonly network: Network;
  readonly files: Files;
  /** Denied so far and not yet taken by anyone. */
  readonly denials: () => readonly PolicyDenial[];
  /** Inputs of the log: what was denied before it was listened to, then what is denied. */
  denied$(clock: Clock): Observable<AnyDraft>;
}

/** The folders that a night writes to, by the names that policy has for them. */
export function placesOf({ audit }: Config, varFolder: string): Readonly<Record<string, string>> {
  const mirror = mirrorFolder(audit.anchor_mirror, varFolder);
  return { var: varFolder, ...(mirror === null ? {} : { mirror }) };
}

/** Of a process that has no log yet; the first ones say enough. */
const WAITING_MAX = 100;

export function guardActs(
  gate: PolicyGate,
  places: Readonly<Record<string, string>>,
): GuardedActs {
  const waiting: PolicyDenial[] = [];
  const later$ = new Subject<PolicyDenial>();
  const onDenied = (denial: PolicyDenial): void => {
    if (later$.observed) later$.next(denial);
    else if (waiting.length < WAITING_MAX) waiting.push(denial);
  };
  return {
    network: guardedNetwork(egressGuard(gate, onDenied).refusal),
    files: guardFiles(realFiles, { gate, places, onDenied }),
    denials: () => waiting,
    denied$: (clock) =>
      defer(() => concat(from(waiting.splice(0)), later$)).pipe(
        map((denial) => denialDraft(denial, clock.now())),
      ),
  };
}
