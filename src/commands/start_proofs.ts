import type { Config } from "../core/config.ts";
import type { CommandLine } from "../edge/command_line.ts";
import type { Environment } from "../edge/environment.ts";
import type { StartProblem } from "../night/run_night.ts";
import { diskShortage, MORE_ROOM, type NightVolume } from "../core/disk_estimate.ts";
import type { ProcessFacts } from "../core/process_facts.ts";
import { containerFacts, containerProblem } from "../policy/container_guard.ts";
import { checkSecrets } from "../policy/secrets_guard.ts";

/** What must be proven before the first event; the first proof that fails, or null. */
export function findStartProblem(
  options: {
    readonly commandLine: CommandLine;
    readonly environment: Environment | null;
    readonly config: Config;
    /** As the user has set it, before anything is redacted. */
    readonly configText: string;
  },
): StartProblem | null {
  const { commandLine, environment, config, configText } = options;
  if (commandLine.problem !== null) {
    return { component: "command_line", reason_code: "CMDLINE_HASH", detail: commandLine.problem };
  }
  const { allow_env: allowEnv } = config.guards.secrets;
  const secret = checkSecrets({ configText, words: commandLine.words, environment, allowEnv });
  return secret === null ? null : { component: "secrets_guard", reason_code: "SECRET_FOUND", detail: secret };
}

/** What holds the process, where the configuration asks that all of it be proven. */
export function findContainerProblem({ container }: Config, facts: ProcessFacts): StartProblem | null {
  const detail = container.require_hardened ? containerProblem(containerFacts(facts)) : null;
  return detail === null
    ? null
    : { component: "container_guard", reason_code: "CONTAINER_UNHARDENED", detail };
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
