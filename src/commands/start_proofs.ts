import type { Config } from "../core/config.ts";
import type { CommandLine } from "../edge/command_line.ts";
import type { Environment } from "../edge/environment.ts";
import type { StartProblem } from "../night/run_night.ts";
import { diskShortage, MORE_ROOM, type NightVolume } from "../core/disk_estimate.ts";
import { packageRoot } from "../edge/package_files.ts";
import { realPath } from "../edge/real_path.ts";
import { checkSecrets, type SecretsFolder } from "../policy/secrets_guard.ts";

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
  const detail = checkSecrets({
    configText,
    words: commandLine.words,
    environment,
    allowEnv,
    folder: secretsFolder(config),
  });
  return detail === null ? null : { component: "secrets_guard", reason_code: "SECRET_FOUND", detail };
}

function secretsFolder({ guards, queues }: Config): SecretsFolder | null {
  const { dir } = guards.secrets;
  if (dir === null) return null;
  const outside = [
    { name: "the folder of runs", path: realPath(queues.base_dir) },
    { name: "the program's folder", path: realPath(packageRoot) },
  ];
  return { path: realPath(dir), outside };
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
