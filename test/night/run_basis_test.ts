import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../src/core/event.ts";
import { openRunGate, readContracts, readManifest } from "../../src/night/run_basis.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import {
  asDraft,
  changed,
  INGEST,
  intentDraft,
  openRepoGate,
  ORDER,
  repoPolicy,
  tickDraft,
} from "../support/repo_policy.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { configWith } from "../support/repo_config.ts";
import { finishedRun } from "../support/run_bytes.ts";
import { SIM_CMDLINE_HASH, SIM_START_TS, simSigner } from "../support/sim_night.ts";

const FOLDER = "/run";
const { files: bytes } = await finishedRun();

/** The folder of a finished run, for a test to spoil. */
function disk(): MemoryFiles {
  const files = memoryFiles();
  for (const [path, content] of bytes) files.contents.set(`${FOLDER}/${path}`, content);
  return files;
}

function spoiled(path: string, from: string, to: string): MemoryFiles {
  const files = disk();
  files.contents.set(
    `${FOLDER}/${path}`,
    new TextEncoder().encode(files.text(`${FOLDER}/${path}`).replace(from, to)),
  );
  return files;
}

test("readManifest() gives what the run was begun with", () => {
  const manifest = readManifest(disk(), FOLDER);
  assert.equal([manifest.run_id, manifest.started_ts, manifest.cmdline_hash], [
    "20261121_220000",
    SIM_START_TS,
    SIM_CMDLINE_HASH,
  ]);
  assert.equal([manifest.source, manifest.venue, manifest.prices], ["embedded", "embedded", "invented"]);
  assert.equal([manifest.policy_sha256, manifest.policy_data_sha256], [
    repoPolicy.policySha256,
    repoPolicy.policyDataSha256,
  ]);
  assert.is(manifest.anchor_key.public_key, simSigner.public_key);
});

test("readManifest() believes none that was changed, and none that is not there", () => {
  assert.throws(() => readManifest(spoiled("manifest.json", "invented", "recorded"), FOLDER), /^sha256 is/);
  assert.throws(() => readManifest(memoryFiles(), FOLDER), /ENOENT/);
});

test("readContracts() compiles the run's own registry and schemas, not the program's", () => {
  const contracts = readContracts(disk(), FOLDER);
  assert.equal(contracts.types, repoContracts.types);
  for (const type of contracts.types) {
    assert.equal([contracts.queueOf(type), contracts.entrypointOf(type)], [
      repoContracts.queueOf(type),
      repoContracts.entrypointOf(type),
    ]);
  }
  const other = readContracts(spoiled("contracts/contracts.v1.yaml", INGEST, "none"), FOLDER);
  assert.is(other.entrypointOf("market_tick"), null);
});

const config = configWith();
const files = disk();
const manifest = readManifest(files, FOLDER);
const gate = await openRunGate(files, FOLDER, { manifest, config, contracts: readContracts(files, FOLDER) });
const own = await openRepoGate();

const DRAFTS: readonly (readonly [what: string, entrypoint: string, draft: AnyDraft])[] = [
  ["a tick", INGEST, asDraft(tickDraft)],
  ["a tick of another venue", INGEST, changed(tickDraft, "payload/venue", "elsewhere")],
  ["a tick of a symbol that is not traded", INGEST, changed(tickDraft, "payload/symbol", "DOGEUSDT")],
  ["a tick of another source", INGEST, changed(tickDraft, "source", "ai_role")],
  ["an order", ORDER, asDraft(intentDraft)],
  ["an order behind a stop", ORDER, changed(intentDraft, "payload/facts/stopping", true)],
  ["an order that is too large", ORDER, changed(intentDraft, "payload/facts/notional", 2 ** 52)],
  ["an order without its facts", ORDER, changed(intentDraft, "payload/facts", undefined)],
  ["an order of the AI", ORDER, changed(intentDraft, "source", "ai_role")],
];

for (const [what, entrypoint, draft] of DRAFTS) {
  test(`openRunGate() decides of ${what} as the night's own gate did`, () => {
    const [again, then] = [gate.decide(entrypoint, draft), own.decide(entrypoint, draft)];
    assert.is(again.allow, then.allow);
    if (!again.allow && !then.allow) assert.equal(again.codes, then.codes);
    assert.is(gate.decide(entrypoint, draft).allow, again.allow, "the second time, too");
  });
}

test("openRunGate() has denied and allowed, or the cases above say nothing", () => {
  const allowed = DRAFTS.map(([, entrypoint, draft]) => gate.decide(entrypoint, draft).allow);
  assert.equal(allowed, [true, false, false, false, true, false, false, false, false]);
  assert.is(gate.policySha256, repoPolicy.policySha256);
});

test("openRunGate() takes limits and symbols from the run", async () => {
  const contracts = readContracts(files, FOLDER);
  const narrow = await openRunGate(files, FOLDER, {
    manifest,
    config: configWith(['symbols=["ETHUSDT"]']),
    contracts,
  });
  assert.is(narrow.decide(INGEST, asDraft(tickDraft)).allow, false);
  const missing = { ...manifest, policy_data_sha256: "00" };
  try {
    await openRunGate(files, FOLDER, { manifest: missing, config, contracts });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /ENOENT.*policy\/00\.data\.json/);
  }
});

test.run();
