import type { Config } from "../core/config.ts";
import { type Amount, formatAmount, parseAmount } from "../core/fixed_point.ts";
import type { Signer } from "../core/ports.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { redactWords } from "../core/secrets.ts";
import { sha256Hex } from "../core/sha256.ts";
import type { RunAi } from "./run_folder.ts";

/** The manifest's fields in the order on disk, its own hash aside. */
export function manifestOf(
  identity: RunIdentity,
  options: {
    readonly config: Config;
    readonly hashes: {
      readonly config: string;
      readonly contracts: string;
      readonly policy: string;
      readonly policyData: string;
    };
    readonly signer: Signer;
    /** Left out where no AI runs. */
    readonly ai?: RunAi | null;
  },
): Readonly<Record<string, unknown>> {
  const { config, hashes, signer, ai = null } = options;
  const { list } = config.strategy;
  return {
    schema: "nore/manifest",
    run_id: identity.runId,
    mode: config.mode,
    source: identity.source,
    prices: identity.prices,
    venue: identity.venue,
    symbols: config.symbols,
    seed: identity.seed,
    started_ts: identity.startedTs,
    duration_ms: config.duration_ms,
    code_version: identity.codeVersion,
    runtime: identity.runtime,
    cmdline: redactWords(identity.commandLine.words),
    cmdline_form: identity.commandLine.form,
    cmdline_hash: identity.commandLine.hash,
    config_sha256: hashes.config,
    contracts_sha256: hashes.contracts,
    policy_sha256: hashes.policy,
    policy_data_sha256: hashes.policyData,
    strategies: list.map(({ id, name, parameters, capital }) => ({ id, name, parameters, capital })),
    initial_cash: formatAmount(
      list.reduce((sum, { capital }) => sum + parseAmount(capital), 0n) as Amount,
    ),
    state_from: null,
    ai_boundary: ai?.boundary ?? null,
    ai: ai === null ? null : aiOf(ai),
    anchor_key: { key_id: signer.key_id, algorithm: signer.algorithm, public_key: signer.public_key },
  };
}

function aiOf({ worker, active }: RunAi): Readonly<Record<string, unknown>> {
  return {
    worker_sha256: sha256Hex(worker),
    snapshot: active?.n ?? null,
    model_sha256: active === null ? null : sha256Hex(JSON.stringify(active.model)),
  };
}
