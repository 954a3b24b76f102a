import type { Config } from "../core/config.ts";
import { diskShortage, MORE_ROOM, type NightVolume } from "../core/disk_estimate.ts";
import type { PolicyDenial } from "../core/event.ts";
import type { PolicyGate } from "../core/ports.ts";
import type { StartProblem } from "../core/start_problem.ts";
import type { CommandLine } from "../edge/command_line.ts";
import { judgeAct } from "../policy/acts.ts";
import { type ContainerFact, containerProblem } from "../policy/container_guard.ts";
import { type Guard, guard as ownGuard } from "../policy/policy_layer.ts";

interface Provers {
  readonly commandLine: CommandLine;
  readonly gate: PolicyGate;
  readonly guard?: Guard;
}

/** What must be proven before the first socket opens; the first proof that fails, or null. */
export function findStartProblem(
  config: Config,
  provers: Provers,
): StartProblem | null {
  const { guard = ownGuard } = provers;
  return findWordsProblem(config, provers) ?? guard.enforceResources(config) ?? askRunGate(config, provers);
}

/** The proofs about words and surroundings. */
export function findWordsProblem(
  config: Config,
  { commandLine, guard = ownGuard }: Omit<Provers, "gate">,
): StartProblem | null {
  if (commandLine.problem === null) return guard.checkSecrets(config);
  return { component: "command_line", reason_code: "CMDLINE_HASH", detail: commandLine.problem };
}

/** The policy decides by what the guards have seen; the guard of the container says it in its own words. */
function askRunGate(config: Config, { gate, guard = ownGuard }: Provers): StartProblem | null {
  const facts = guard.containerFacts();
  const denial = judgeStart(config, gate, facts);
  if (denial === null) return null;
  const denials = [denial];
  if (denial.codes.includes("RUN_UNHARDENED")) {
    const detail = containerProblem(facts) ?? "the policy takes it for unproven";
    return { component: "container_guard", reason_code: "CONTAINER_UNHARDENED", detail, denials };
  }
  const detail = `the policy does not let this run start: ${denial.codes.join(", ")}`;
  return { component: "run_gate", reason_code: "POLICY_ERROR", detail, denials };
}

/** Null where policy lets a run with this configuration start, or go on. */
export function judgeStart(
  config: Config,
  gate: PolicyGate,
  facts: readonly ContainerFact[] = ownGuard.containerFacts(),
): PolicyDenial | null {
  return judgeAct(gate, "start", {
    duration_ms: config.duration_ms,
    ai_enabled: config.ai.enabled,
    container: {
      is_required: config.container.require_hardened,
      unproven: facts.filter(({ state }) => state !== "proven").map(({ id }) => id),
    },
  });
}

/** A night that will surely fill the disk is not begun; its refusal says what would help. */
export function findDiskProblem(
  volume: NightVolume,
  disk: { readonly freeBytes: number | null; readonly keepFreeBytes: number },
): StartProblem | null {
  const shortage = diskShortage(volume, disk);
  if (shortage === null) return null;
  return { component: "disk", reason_code: "DISK_FULL", detail: `${shortage}: ${MORE_ROOM}` };
}
