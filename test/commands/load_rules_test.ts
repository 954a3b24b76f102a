import { cpSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadRules } from "../../src/commands/load_rules.ts";
import { ConfigError } from "../../src/core/config.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import { configWith } from "../support/repo_config.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("loadRules() gives contracts and policy, the data without white space", () => {
  const { contractFiles, policy, policyData } = loadRules(configWith());
  assert.ok(contractFiles.has("contracts.v1.yaml") && contractFiles.has("schemas/fill.v1.schema.json"));
  const text = new TextDecoder().decode(policyData);
  assert.is(JSON.stringify(JSON.parse(text)), text);
  assert.is(policy.policyDataSha256, sha256Hex(policyData));
  assert.is(policy.policySha256, sha256Hex(policy.wasm));
});

test("loadRules() refuses a policy that is missing, broken or another than its manifest says", () =>
  inTempFolder((folder) => {
    const refusal = (directory: string): string => {
      try {
        loadRules(configWith([`policy.directory=${JSON.stringify(directory)}`]));
      } catch (error) {
        assert.instance(error, ConfigError);
        return (error as Error).message;
      }
      return assert.unreachable("The policy was taken") as never;
    };
    assert.match(
      refusal(`${folder}/nowhere`),
      /^policy\.directory: .*ENOENT|^policy\.directory: .*No such file/i,
    );
    cpSync(`${packageRoot}/policies/data.json`, `${folder}/data.json`);
    cpSync(`${packageRoot}/policies/build`, `${folder}/build`, { recursive: true });
    loadRules(configWith([`policy.directory=${JSON.stringify(folder)}`]));
    writeFileSync(`${folder}/data.json`, "{");
    assert.match(refusal(folder), /^policy\.directory: .*JSON/);
    cpSync(`${packageRoot}/policies/data.json`, `${folder}/data.json`);
    writeFileSync(`${folder}/build/policy.wasm`, "no wasm");
    assert.match(refusal(folder), /^policy\.directory: /);
  }));

test.run();
