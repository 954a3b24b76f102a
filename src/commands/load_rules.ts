import { resolve } from "node:path";
import { type Config, ConfigError } from "../core/config.ts";
import { packageRoot, readContractFiles } from "../edge/package_files.ts";
import { guard, type LoadedPolicies } from "../policy/policy_layer.ts";

/** What a night's events are judged by: the contracts that come with the program, the policy that the configuration names. */
export interface Rules extends LoadedPolicies {
  readonly contractFiles: ReadonlyMap<string, Uint8Array>;
}

export function loadRules(config: Config): Rules {
  const contractFiles = readContractFiles(`${packageRoot}/config`);
  try {
    return { contractFiles, ...guard.loadPolicies(resolve(packageRoot, config.policy.directory), config) };
  } catch (error) {
    throw new ConfigError(`policy.directory: ${(error as Error).message}`, { cause: error });
  }
}
