import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../src/core/event.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { guard, guardOver, manifestFactsOf, type Surroundings } from "../../src/policy/policy_layer.ts";
import { HARDENED } from "../support/hardened_facts.ts";
import { configWith } from "../support/repo_config.ts";
import { asDraft, changed, intentDraft, tickDraft } from "../support/repo_policy.ts";

const FOLDER = `${packageRoot}/policies`;
const KEY = "AKIA" + "ABCDEFGHIJKLMNOP";
const GOOD: Surroundings = {
  words: () => ["node", "main.ts"],
  environment: () => ({ PATH: "/bin" }),
  machine: () => ({ memory_limit_mb: null, open_files_max: null }),
  container: () => HARDENED,
  read: realFiles.read,
};

/** With other bytes in the place of one file. */
function reading(name: string, change: (bytes: Uint8Array) => Uint8Array) {
  const read = (path: string) => path.endsWith(name) ? change(realFiles.read(path)) : realFiles.read(path);
  return guardOver({ ...GOOD, read });
}

function withData(change: (text: string) => string) {
  return reading(
    "data.json",
    (bytes) => new TextEncoder().encode(change(new TextDecoder().decode(bytes))),
  );
}

test("guard.checkSecrets() looks at configuration, words and environment", () => {
  const config = configWith(["guards.secrets.allow_env=[CI_TOKEN]"]);
  assert.is(guardOver(GOOD).checkSecrets(config), null);
  assert.is(guardOver({ ...GOOD, environment: () => null }).checkSecrets(config), null);
  assert.is(guardOver({ ...GOOD, environment: () => ({ CI_TOKEN: KEY }) }).checkSecrets(config), null);
  for (
    const around of [
      { words: () => [KEY] },
      { environment: () => ({ OTHER: KEY }) },
      { environment: () => ({ BINANCE_API_SECRET: "x" }) },
    ]
  ) {
    const found = guardOver({ ...GOOD, ...around }).checkSecrets(config)!;
    assert.equal([found.component, found.reason_code], ["secrets_guard", "SECRET_FOUND"]);
    assert.not.ok(found.detail.includes(KEY));
  }
  const shown = { ...config, policy: { directory: KEY } };
  assert.is(guardOver(GOOD).checkSecrets(shown)!.reason_code, "SECRET_FOUND");
});

test("guard.enforceResources() judges a machine by the configuration's limits or by the default ones", () => {
  assert.is(guardOver(GOOD).enforceResources(), null);
  const tight = guardOver({ ...GOOD, machine: () => ({ memory_limit_mb: 100, open_files_max: null }) });
  assert.is(tight.enforceResources()!.reason_code, "RESOURCE_LIMIT");
  assert.is(tight.enforceResources(configWith(["watchdog.rss_mb_max=100"])), null);
  assert.is(guard.enforceResources(configWith(["watchdog.rss_mb_max=16"])), null, "this very machine");
});

test("guard.loadPolicies().validate() decides of events as a night's gate does", async () => {
  const policies = guard.loadPolicies(FOLDER);
  assert.equal(await policies.validate(asDraft(tickDraft)), { allow: true });
  assert.equal(await policies.validate(asDraft(intentDraft)), { allow: true });
  const timer = { ...tickDraft, type: "timer", payload: { name: "x", due_ts: 1 } };
  assert.equal(await policies.validate(timer as AnyDraft), { allow: true }, "no gate is asked about it");
  for (
    const [draft, code] of [
      [changed(tickDraft, "payload/price_source", "binance"), "INGEST_PRICE_SOURCE"],
      [changed(tickDraft, "payload/facts/jump_pct", 21), "INGEST_JUMP"],
      [changed(intentDraft, "source", "ai_role"), "ORDER_SOURCE"],
    ] as const
  ) {
    const decision = await policies.validate(draft);
    assert.equal(decision.allow ? [] : decision.codes, [code]);
  }
});

test("guard.loadPolicies() feeds the limits that the configuration sets", async () => {
  const config = configWith(["market.jump_pct_max=50", "market.late_s_max=7"]);
  const policies = guard.loadPolicies(FOLDER, config);
  assert.is((await policies.validate(changed(tickDraft, "payload/facts/jump_pct", 50))).allow, true);
  assert.is((await policies.validate(changed(tickDraft, "payload/facts/jump_pct", 51))).allow, false);
  assert.is((await policies.validate(changed(tickDraft, "payload/facts/late_s", 8))).allow, false);
  const kept = JSON.parse(new TextDecoder().decode(policies.policyData));
  assert.equal(kept.nore.limits, { jump_pct_max: 50, late_s_max: 7 });
});

test("policies/data.json holds the limits that the configuration has by default", () => {
  const { nore } = JSON.parse(readFileSync(`${FOLDER}/data.json`, "utf8"));
  const { market } = configWith();
  assert.equal(nore.limits, { jump_pct_max: market.jump_pct_max, late_s_max: market.late_s_max });
});

test("guard.loadPolicies() refuses a wasm that is cut, swapped or foreign, with both digests", () => {
  const other = (bytes: Uint8Array) => bytes.map((byte, i) => i === 999 ? byte ^ 1 : byte);
  for (const change of [other, (bytes: Uint8Array) => bytes.slice(0, 1000), () => new Uint8Array(8)]) {
    assert.throws(
      () => reading("policy.wasm", change).loadPolicies(FOLDER),
      /sha256 "[0-9a-f]{64}", the wasm has [0-9a-f]{64}$/,
    );
  }
});

test("guard.loadPolicies() refuses data that lacks a limit, or is none", () => {
  assert.throws(
    () => withData((text) => text.replace(/"orders_in_window_max": 1000/, '"more": 1')).loadPolicies(FOLDER),
    /nore\.modes\.NORE\.order\.orders_in_window_max is missing, expected a number/,
  );
  assert.throws(() => withData(() => "null").loadPolicies(FOLDER), /nore\.egress\.hosts\.NORE is missing/);
  assert.throws(() => withData(() => "{").loadPolicies(FOLDER), /JSON/);
});

test("manifestFactsOf() says what a run's manifest will", () => {
  assert.equal(manifestFactsOf(configWith(["source=binance", "symbols=[BTCUSDT]"])), {
    mode: "NORE",
    source: "binance",
    venue: "binance",
    symbols: ["BTCUSDT"],
    prices: "live",
    execution: "paper",
  });
});

test.run();
