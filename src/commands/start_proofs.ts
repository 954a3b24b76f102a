import type { Config } from "../core/config.ts";
import { diskShortage, MORE_ROOM, type NightVolume } from "../core/disk_estimate.ts";
import type { PolicyGate } from "../core/ports.ts";
import type { StartProblem } from "../core/start_problem.ts";
import type { CommandLine } from "../edge/command_line.ts";
import { judgeAct } from "../policy/acts.ts";
import { type Guard, guard as ownGuard } from "../policy/policy_layer.ts";

interface Provers {
  readonly commandLine: CommandLine;
  readonly gate: PolicyGate;
  readonly guard?: Guard;
}

/** What must be proven before the first socket opens; the first proof that fails, or null. */
export function findStartProblem(
  config: Config,
  { commandLine, gate, guard = ownGuard }: Provers,
): StartProblem | null {
  return findWordsProblem(config, { commandLine, guard }) ?? guard.enforceResources(config) ??
    askRunGate(config, gate);
}

/** The proofs about words and surroundings. */
export function findWordsProblem(
  config: Config,
  { commandLine, guard = ownGuard }: Omit<Provers, "gate">,
): StartProblem | null {
  if (commandLine.problem === null) return guard.checkSecrets(config);
  return { component: "command_line", reason_code: "CMDLINE_HASH", detail: commandLine.problem };
}

function askRunGate(config: Config, gate: PolicyGate): StartProblem | null {
  const denial = judgeAct(gate, "start", {
    duration_ms: config.duration_ms,
    ai_enabled: config.ai.enabled,
    container: { is_required: config.container.require_hardened, unproven: [] },
  });
  if (denial === null) return null;
  const detail = `the policy does not let this run start: ${denial.codes.join(", ")}`;
  return { component: "run_gate", reason_code: "POLICY_ERROR", detail, denials: [denial] };
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
