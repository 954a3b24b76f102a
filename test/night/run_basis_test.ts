import { test } from "uvu";
import * as assert from "uvu/assert";
import { effectiveConfigText } from "../../src/core/config.ts";
import type { AnyDraft } from "../../src/core/event.ts";
import { openRunGate, readBasis, readContracts, readManifest } from "../../src/night/run_basis.ts";
import { NOTHING_TOLD } from "../../src/night/start_facts.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
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
import { CONFIG_SCHEMA, configWith } from "../support/repo_config.ts";
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

test("readBasis() gives manifest, configuration, contracts and what the first event keeps", () => {
  const { manifest, config, contracts, startFacts } = readBasis(disk(), FOLDER, CONFIG_SCHEMA);
  assert.equal(manifest, readManifest(disk(), FOLDER));
  assert.equal(effectiveConfigText(config), disk().text(`${FOLDER}/config.json`));
  assert.equal(contracts.types, repoContracts.types);
  const symbols = new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules]));
  assert.equal(startFacts, { symbols, policyReads: repoPolicy.reads });
});

test("readBasis() of a run that has not got its first event knows that nobody was asked", () => {
  const files = disk();
  files.contents.set(`${FOLDER}/queues/lifecycle/inbox.jsonl`, new Uint8Array());
  assert.is(readBasis(files, FOLDER, CONFIG_SCHEMA).startFacts, NOTHING_TOLD);
});

const files = disk();
const basis = readBasis(files, FOLDER, CONFIG_SCHEMA);
const gate = await openRunGate(files, FOLDER, basis);
const looking = await openRunGate(files, FOLDER, { ...basis, startFacts: "not kept" });
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
    const then = own.decide(entrypoint, draft);
    assert.equal(gate.decide(entrypoint, draft), then);
    assert.equal(gate.decide(entrypoint, draft), then, "the second time, too");
  });

  test(`openRunGate() decides the same of ${what} where the run does not keep what its rules read`, () => {
    const [again, then] = [looking.decide(entrypoint, draft), own.decide(entrypoint, draft)];
    assert.is(again.allow, then.allow);
    if (!again.allow && !then.allow) assert.equal(again.codes, then.codes);
  });
}

test("openRunGate() has denied and allowed, or the cases above say nothing", () => {
  const allowed = DRAFTS.map(([, entrypoint, draft]) => gate.decide(entrypoint, draft).allow);
  assert.equal(allowed, [true, false, false, false, true, false, false, false, false]);
  assert.is(gate.policySha256, repoPolicy.policySha256);
});

test("openRunGate() takes limits and symbols from the run", async () => {
  const config = configWith(['symbols=["ETHUSDT"]']);
  const narrow = await openRunGate(files, FOLDER, { ...basis, config });
  assert.is(narrow.decide(INGEST, asDraft(tickDraft)).allow, false);
  const manifest = { ...basis.manifest, policy_data_sha256: "00" };
  try {
    await openRunGate(files, FOLDER, { ...basis, manifest });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /ENOENT.*policy\/00\.data\.json/);
  }
});

test.run();
