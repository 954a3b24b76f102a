import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RunIdentity } from "../../src/core/run_identity.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import type { RunAi } from "../../src/sinks/run_folder.ts";
import { manifestOf } from "../../src/sinks/run_manifest.ts";
import { sampleModel } from "../support/ai_run.ts";
import { configWith } from "../support/repo_config.ts";
import { simSigner } from "../support/sim_night.ts";

const IDENTITY: RunIdentity = {
  runId: "20261121_220000",
  startedTs: 1_795_298_400_000,
  seed: 7,
  source: "embedded",
  venue: "embedded",
  prices: "invented",
  commandLine: { hash: "ab".repeat(32), form: "proc", words: ["nore", "--mode", "nore"] },
  codeVersion: { commit: null, dirty: null, source_sha256: "cd".repeat(32) },
  runtime: { name: "node", version: "v20" },
};
const HASHES = { config: "c0", contracts: "c1", policy: "c2", policyData: "c3" };

function manifest(flags: readonly string[] = [], words = IDENTITY.commandLine.words) {
  const identity = { ...IDENTITY, commandLine: { ...IDENTITY.commandLine, words } };
  return manifestOf(identity, { config: configWith(flags), hashes: HASHES, signer: simSigner });
}

test("manifestOf() has the fields of the contract", () => {
  assert.equal(
    Object.keys(manifest()).join(" "),
    [
      "schema run_id mode source prices venue symbols seed started_ts duration_ms code_version runtime",
      "cmdline cmdline_form cmdline_hash config_sha256 contracts_sha256 policy_sha256 policy_data_sha256",
      "strategies initial_cash state_from ai_boundary ai anchor_key",
    ].join(" "),
  );
  const { mode, prices, config_sha256, policy_data_sha256, anchor_key } = manifest();
  assert.equal([mode, prices, config_sha256, policy_data_sha256], ["NORE", "invented", "c0", "c3"]);
  const { key_id, algorithm, public_key } = simSigner;
  assert.equal(anchor_key, { key_id, algorithm, public_key });
  assert.is(Buffer.from(public_key, "base64").length, 32);
});

test("manifestOf() names what shuts the AI in, its program and the model that it begins with", () => {
  const options = { config: configWith([]), hashes: HASHES, signer: simSigner };
  const worker = new TextEncoder().encode("export {};");
  const aiIn = (active: RunAi["active"]) => {
    const { ai_boundary, ai } = manifestOf(IDENTITY, {
      ...options,
      ai: { boundary: "namespaces", worker, active },
    });
    return [ai_boundary, ai];
  };
  const worker_sha256 = sha256Hex("export {};");
  const model = sampleModel(1);
  const model_sha256 = sha256Hex(JSON.stringify(model));
  assert.equal(aiIn({ n: 3, model }), ["namespaces", { worker_sha256, snapshot: 3, model_sha256 }]);
  assert.equal(aiIn(null), ["namespaces", { worker_sha256, snapshot: null, model_sha256: null }]);
  const { ai_boundary, ai } = manifest();
  assert.equal([ai_boundary, ai], [null, null]);
});

test("manifestOf() adds the strategies' capital up exactly", () => {
  const fields = manifest(['strategy.list.0.capital="0.1"', 'strategy.list.1.capital="0.2"']);
  assert.is(fields["initial_cash"], "0.3");
  const [first] = fields["strategies"] as readonly Record<string, unknown>[];
  assert.equal(Object.keys(first!), ["id", "name", "parameters", "capital"]);
});

test("manifestOf() shows no secret of the command line", () => {
  const key = "AKIA" + "ABCDEFGHIJKLMNOP";
  assert.not.match(JSON.stringify(manifest([], ["nore", key])), /AKIA/);
});

test.run();
