import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PolicyDigests } from "../../src/core/event.ts";
import { formatLine } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { checkDecisions } from "../../src/night/check_decisions.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { reloadedDraft, reloadsIn } from "../../src/night/policy_reloads.ts";
import { openRunGate, readBasis } from "../../src/night/run_basis.ts";
import { openGate } from "../../src/policy/opa_gate.ts";
import { switchingGate } from "../../src/policy/switching_gate.ts";
import { mergeAgendas } from "../../src/streams/sources/agenda.ts";
import { journaled, onceAt } from "../support/night_events.ts";
import { BUSY } from "../support/night_to_replay.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { CONFIG_SCHEMA, configWith } from "../support/repo_config.ts";
import { repoPolicy, repoPolicyBytes, runFacts } from "../support/repo_policy.ts";
import { replayed, replaysWhole } from "../support/replayed.ts";
import { bytesIn, problemsOf, type RunBytes, verifyBytes, withFile } from "../support/run_bytes.ts";
import { SIM_START_TS, simMarket, simNight } from "../support/sim_night.ts";
import { hasPython, RunsOnDisk } from "../support/verify_py.ts";

/** A night that trades under its own policy for a second, and then under one that lets no order through. */

const config = configWith(BUSY);
const OWN: PolicyDigests = {
  policy_sha256: repoPolicy.policySha256,
  policy_data_sha256: sha256Hex(repoPolicyBytes.data),
};
const text = new TextDecoder().decode(repoPolicyBytes.data);
const strictText = text.replace('"notional_1e8_max": 10000000000000', '"notional_1e8_max": 1');
const strictData = new TextEncoder().encode(strictText);
const STRICT: PolicyDigests = { ...OWN, policy_data_sha256: sha256Hex(strictData) };
const RELOAD_TS = SIM_START_TS + 1300;

async function reloadedNight(isKept = true) {
  const files = memoryFiles();
  const own = await openGate({ ...repoPolicy, manifest: runFacts });
  const strict = await openGate({ ...repoPolicy, data: JSON.parse(strictText), manifest: runFacts });
  const onOpened = (run: OpenRun): OpenRun => {
    const gate = switchingGate(OWN, own);
    if (isKept) gate.add(STRICT, strict);
    const folder = "/var/runs/20261121_220000";
    files.writeNew(`${folder}/policy/${STRICT.policy_data_sha256}.data.json`, strictData);
    return { ...run, gate };
  };
  const reload = onceAt(
    RELOAD_TS,
    (ts) => reloadedDraft({ policy: STRICT, policyReads: repoPolicy.reads }, OWN, ts),
  );
  const agenda = mergeAgendas([reload, simMarket(config, { seed: 7, startTs: SIM_START_TS })]);
  return await journaled(simNight({ config, files, agenda, onOpened }));
}

const night = await reloadedNight();
const orders = night.events.filter(({ type }) => type === "order_intent");
const denials = night.events.filter(({ type }) => type === "policy_denial");

test("a night takes another policy between two events: from then on it decides, and all before it stands", () => {
  assert.ok(orders.length > 1 && denials.length > 0, `${orders.length} orders, ${denials.length} denials`);
  assert.ok(orders.every(({ ts }) => ts < RELOAD_TS));
  assert.ok(denials.every(({ ts }) => ts >= RELOAD_TS));
  const { files, runFolder } = night;
  assert.equal([...reloadsIn(files, runFolder)], [{ policy: STRICT, policyReads: repoPolicy.reads }]);
});

test("openRunGate() has every decision come about again, each by the policy that was in force", async () => {
  const { files, runFolder } = night;
  const basis = readBasis(files, runFolder, CONFIG_SCHEMA);
  const gate = await openRunGate(files, runFolder, basis);
  const options = { files, runFolder, basis, gate, onProgress: () => {} };
  const { denied, differing } = checkDecisions(options);
  assert.equal([denied, differing], [denials.length, 0]);
  assert.equal(checkDecisions(options).differing, 0, "a second time, from the first policy on");
  const own = await openGate({ ...repoPolicy, manifest: runFacts });
  assert.is(checkDecisions({ ...options, gate: own }).differing, denials.length);
});

test("a night that took another policy is replayed to the byte, and differs where the policy is not taken", async () => {
  await replaysWhole(night);
  const gate = await openGate({ ...repoPolicy, manifest: runFacts });
  const { difference } = await replayed({ ...night, gate });
  assert.ok(difference !== null);
});

test("a policy that the log names must be there and be what its name says", () => {
  const run: RunBytes = { night, older: new Map(), ...bytesIn(night.files.contents, night) };
  const path = `policy/${STRICT.policy_data_sha256}.data.json`;
  const none = new TextEncoder().encode("{}");
  const problems = (name: string, bytes: Uint8Array | null) =>
    problemsOf(verifyBytes(withFile(run, name, bytes))).join("\n");
  assert.ok(problems(path, null).includes(path));
  assert.ok(problems(path, none).includes(`${path}: SHA-256 is ${sha256Hex(none)}`));
  assert.is(problems(`policy/${sha256Hex(none)}.data.json`, none), "", "kept, and the log did not take it");
  assert.ok(problems(`policy/${"0".repeat(64)}.wasm`, none).includes(".wasm: does not belong to a run"));
});

test("reloadsIn() knows a policy of which the log does not say what it reads, and passes over all else", () => {
  const files = memoryFiles();
  const steps = [{ what: "started" }, { what: "policy_reloaded" }, {
    what: "policy_reloaded",
    policy: STRICT,
  }];
  const lines = steps.map((payload) => formatLine(JSON.stringify({ type: "lifecycle", payload })));
  files.writeNew("/run/queues/lifecycle/inbox.jsonl", new TextEncoder().encode(lines.join("")));
  assert.equal([...reloadsIn(files, "/run")], [{ policy: STRICT, policyReads: null }]);
});

test("a policy that the process does not have stops the night: POLICY_STALE", async () => {
  const { stop, events } = await reloadedNight(false);
  assert.is(stop!.reason_code, "POLICY_STALE");
  assert.not.ok(
    events.some(({ type, payload }) => type === "lifecycle" && payload.what === "policy_reloaded"),
  );
});

if (hasPython()) {
  test("verify.py reads the policies that a night has taken", async () => {
    const disk = new RunsOnDisk();
    try {
      const { ok, events } = await disk.verify({
        night,
        older: new Map(),
        ...bytesIn(night.files.contents, night),
      });
      assert.equal([ok, events], [true, night.events.length]);
    } finally {
      disk.remove();
    }
  });
}

test.run();
