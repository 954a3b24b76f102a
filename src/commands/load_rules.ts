import { resolve } from "node:path";
import { type Config, ConfigError } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import { packageRoot, readContractFiles } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { openContracts } from "../night/open_run.ts";
import { type PolicyFiles, readPolicyFiles } from "../policy/policy_files.ts";

/** What a night's events are judged by: the contracts that come with the program, the policy that the configuration names. */
export interface Rules {
  readonly contractFiles: ReadonlyMap<string, Uint8Array>;
  readonly policy: PolicyFiles;
  /** The bytes that policy.data was read from, as the run keeps them. */
  readonly policyData: Uint8Array;
}

export function loadRules(config: Config): Rules {
  const contractFiles = readContractFiles(`${packageRoot}/config`);
  const entrypoints = entrypointsOf(openContracts(contractFiles));
  const folder = resolve(packageRoot, config.policy.directory);
  try {
    const policyData = withoutWhiteSpace(realFiles.read(`${folder}/data.json`));
    const wasm = realFiles.read(`${folder}/build/policy.wasm`);
    const manifest = realFiles.read(`${folder}/build/manifest.json`);
    return {
      contractFiles,
      policyData,
      policy: readPolicyFiles({ wasm, manifest, data: policyData }, entrypoints),
    };
  } catch (error) {
    throw new ConfigError(`policy.directory: ${(error as Error).message}`, { cause: error });
  }
}

/** The form in which the run keeps the data and its hash is taken. */
function withoutWhiteSpace(json: Uint8Array): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(json))));
}

function entrypointsOf(contracts: Contracts): readonly string[] {
  return contracts.types.map((type) => contracts.entrypointOf(type)).filter((name) => name !== null);
}
