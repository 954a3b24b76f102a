import { resolve } from "node:path";
import { type Config, ConfigError } from "../core/config.ts";
import { packageRoot, readContractFiles } from "../edge/package_files.ts";
import { openContracts } from "../night/open_run.ts";
import { guard, type LoadedPolicies } from "../policy/policy_layer.ts";

/** What a night's events are judged by: the contracts that come with the program, the policy that the configuration names. */
export interface Rules extends LoadedPolicies {
  readonly contractFiles: ReadonlyMap<string, Uint8Array>;
}

export function loadRules(config: Config): Rules {
  const contractFiles = readContractFiles(`${packageRoot}/config`);
  openContracts(contractFiles); // throws where registry and schemas do not fit; kept for the run
  try {
    return { contractFiles, ...guard.loadPolicies(resolve(packageRoot, config.policy.directory), config) };
  } catch (error) {
    throw new ConfigError(`policy.directory: ${(error as Error).message}`, { cause: error });
  }
}
