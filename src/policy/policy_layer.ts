import { type Config, effectiveConfigText, loadConfig } from "../core/config.ts";
import { parseRegistry } from "../core/contracts.ts";
import type { AnyDraft } from "../core/event.ts";
import type { Decision } from "../core/ports.ts";
import { pricesOf } from "../core/prices_of.ts";
import type { ProcessFacts } from "../core/process_facts.ts";
import type { StartProblem } from "../core/start_problem.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { type Environment, readEnvironment } from "../edge/environment.ts";
import { readMachineLimits } from "../edge/machine_facts.ts";
import { configSchema, packageRoot, readText } from "../edge/package_files.ts";
import { readProcessFacts } from "../edge/process_facts.ts";
import { realFiles } from "../edge/real_files.ts";
import { realPath } from "../edge/real_path.ts";
import { ACT_ENTRYPOINTS } from "./acts.ts";
import { type ContainerFact, containerFacts } from "./container_guard.ts";
import { type ManifestFacts, type OpaGate, openGate } from "./opa_gate.ts";
import { type PolicyFiles, readPolicyFiles } from "./policy_files.ts";
import { type MachineFacts, resourceProblem } from "./resource_guard.ts";
import { checkSecrets, type SecretsFolder } from "./secrets_guard.ts";

/**
 * The guards, joined with the machine that they look at: what a start-up asks before the first socket opens. Each answers
 * with what it refuses, or null.
 */
export interface Guard {
  /** Command line, configuration and environment show no secret. */
  checkSecrets(config: Config): StartProblem | null;
  /** The machine leaves the process what it may need. */
  enforceResources(config?: Config): StartProblem | null;
  /** What holds this process, fact by fact. */
  containerFacts(): readonly ContainerFact[];
  /** From a folder, for runs of a configuration; throws where its files do not belong together. */
  loadPolicies(folder: string, config?: Config): LoadedPolicies;
}

export interface LoadedPolicies {
  readonly policy: PolicyFiles;
  /** The bytes that policy.data was read from, as the run keeps them. */
  readonly policyData: Uint8Array;
  openGate(): Promise<OpaGate>;
  /** Whether the draft of an event may become one. */
  validate(draft: AnyDraft): Promise<Decision>;
}

/** What the guards look at. */
export interface Surroundings {
  readonly words: () => readonly string[];
  /** null where it cannot be read. */
  readonly environment: () => Environment | null;
  readonly machine: () => MachineFacts;
  readonly container: () => ProcessFacts;
  readonly read: (path: string) => Uint8Array;
}

export function guardOver({ words, environment, machine, container, read }: Surroundings): Guard {
  return {
    checkSecrets(config) {
      const detail = checkSecrets({
        configText: effectiveConfigText(config),
        words: words(),
        environment: environment(),
        allowEnv: config.guards.secrets.allow_env,
        folder: secretsFolder(config),
      });
      return detail === null ? null : { component: "secrets_guard", reason_code: "SECRET_FOUND", detail };
    },

    enforceResources(config = defaultConfig()) {
      const detail = resourceProblem(machine(), config.watchdog);
      return detail === null ? null : { component: "resource_guard", reason_code: "RESOURCE_LIMIT", detail };
    },

    containerFacts: () => containerFacts(container()),

    loadPolicies(folder, config = defaultConfig()) {
      const policyData = withLimitsOf(config, read(`${folder}/data.json`));
      const bytes = {
        wasm: read(`${folder}/build/policy.wasm`),
        manifest: read(`${folder}/build/manifest.json`),
        data: policyData,
      };
      const entrypoints = entrypointsByType();
      const policy = readPolicyFiles(bytes, [...entrypoints.values(), ...Object.values(ACT_ENTRYPOINTS)]);
      let gate: Promise<OpaGate> | null = null;
      const open = () => gate ??= openGate({ ...policy, manifest: manifestFactsOf(config) });
      return {
        policy,
        policyData,
        openGate: open,
        async validate(draft) {
          const entrypoint = entrypoints.get(draft.type);
          return entrypoint === undefined ? { allow: true } : (await open()).decide(entrypoint, draft);
        },
      };
    },
  };
}

export const guard: Guard = guardOver({
  words: () => readCommandLine().words,
  environment: readEnvironment,
  machine: readMachineLimits,
  container: readProcessFacts,
  read: realFiles.read,
});

function secretsFolder({ guards, queues }: Config): SecretsFolder | null {
  const { dir } = guards.secrets;
  if (dir === null) return null;
  const outside = [
    { name: "the folder of runs", path: realPath(queues.base_dir) },
    { name: "the program's folder", path: realPath(packageRoot) },
  ];
  return { path: realPath(dir), outside };
}

/** As the manifest of a run with this configuration has them. */
export function manifestFactsOf(config: Config): ManifestFacts {
  const { mode, source, symbols, execution } = config;
  return { mode, source, venue: source, symbols, prices: pricesOf(config), execution: execution.mode };
}

/** The data in the form in which the run keeps it: without white space, with the limits that the configuration sets. */
function withLimitsOf({ market }: Config, json: Uint8Array): Uint8Array {
  const data = JSON.parse(new TextDecoder().decode(json)) as { readonly nore?: object } | null;
  const limits = { jump_pct_max: market.jump_pct_max, late_s_max: market.late_s_max };
  return new TextEncoder().encode(JSON.stringify({ ...data, nore: { ...data?.nore, limits } }));
}

/** Of the events that a gate is asked about. */
function entrypointsByType(): ReadonlyMap<string, string> {
  const registry = parseRegistry(readText(`${packageRoot}/config/contracts.v1.yaml`));
  return new Map(
    [...registry].flatMap(([type, { entrypoint }]) => entrypoint === null ? [] : [[type, entrypoint]]),
  );
}

function defaultConfig(): Config {
  return loadConfig({ text: null, form: "yaml", overrides: [], schema: configSchema() });
}
