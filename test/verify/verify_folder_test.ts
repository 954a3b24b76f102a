import { test } from "uvu";
import * as assert from "uvu/assert";
import { openContracts } from "../../src/night/open_run.ts";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import { type RunBasis, verifyFolder } from "../../src/verify/verify_folder.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { type Change, finishedRun, type RunBytes, withArtefact, withFile } from "../support/run_bytes.ts";
import { simContractFiles } from "../support/sim_night.ts";

const finished = await finishedRun();

interface Verified {
  readonly basis: RunBasis | null;
  readonly problems: readonly string[];
}

function verified(run: RunBytes, options: Partial<Parameters<typeof verifyFolder>[2]> = {}): Verified {
  const disk = memoryFiles();
  for (const [path, bytes] of run.files) disk.contents.set(`/run/${path}`, bytes);
  const findings = new Findings();
  const basis = verifyFolder(new RunReader(disk, "/run", findings), findings, {
    runName: "20261121_220000",
    openContracts: () => openContracts(simContractFiles),
    ...options,
  });
  return { basis, problems: findings.problems.map(formatProblem) };
}

const text = (word: string): Uint8Array => new TextEncoder().encode(word);
const forged = (change: Change): RunBytes => withArtefact(finished, "manifest.json", change);

test("verifyFolder() gives what the run is judged by", () => {
  const { basis, problems } = verified(finished);
  assert.equal(problems, []);
  assert.is(basis!.manifest.run_id, "20261121_220000");
  assert.is(basis!.contracts.queueOf("fill"), "fills");
  assert.equal(basis!.manifestBytes, finished.files.get("manifest.json"));
});

test("verifyFolder() reports a run that lies under another name", () => {
  assert.equal(verified(finished, { runName: "20261121_220001" }).problems, [
    "manifest.json: run_id is 20261121_220000, the folder is 20261121_220001",
  ]);
});

const [wasm] = [...finished.files.keys()].filter((path) => path.endsWith(".wasm"));
const [data] = [...finished.files.keys()].filter((path) => path.endsWith(".data.json"));

for (const path of ["config.json", wasm!, data!]) {
  const name = path.replace(/[0-9a-f]{64}/, "<sha256>");
  test(`verifyFolder() reports ${name} when it is changed or missing`, () => {
    const changed = verified(withFile(finished, path, text("{}")));
    assert.is(changed.basis, null);
    assert.match(
      changed.problems.join(),
      new RegExp(`^${path}: SHA-256 is [0-9a-f]{64}, (?:the manifest says|expected) [0-9a-f]{64}$`),
    );
    assert.equal(verified(withFile(finished, path, null)).problems, [`${path}: is missing`]);
  });
}

test("verifyFolder() reports the contracts when one is changed, missing or more", () => {
  const schema = "contracts/schemas/fill.v1.schema.json";
  const runs = [
    withFile(finished, schema, text("{}")),
    withFile(finished, schema, null),
    withFile(finished, "contracts/contracts.v1.yaml", text("v: 1")),
    withFile(finished, "contracts/schemas/more.json", text("{}")),
    withFile(finished, "contracts/README", text("")),
  ];
  for (const run of runs) {
    assert.match(
      verified(run).problems.join(),
      /^contracts: SHA-256 over all of it is [0-9a-f]{64}, the manifest/,
    );
  }
});

test("verifyFolder() reports contracts that cannot be used", () => {
  const broken = () => {
    throw new Error("types: no type is bound to fills");
  };
  assert.equal(verified(finished, { openContracts: broken }), {
    basis: null,
    problems: ["contracts: types: no type is bound to fills"],
  });
});

test("verifyFolder() reports a manifest that is missing or damaged", () => {
  assert.equal(verified(withFile(finished, "manifest.json", null)).problems, ["manifest.json: is missing"]);
  const bytes = finished.files.get("manifest.json")!.slice();
  bytes[200]! ^= 1;
  assert.match(
    verified(withFile(finished, "manifest.json", bytes)).problems.join(),
    /^manifest\.json: sha256 is/,
  );
});

const FORMS: readonly (readonly [name: string, values: readonly unknown[], expected: string])[] = [
  ["run_id", ["20261121", "20261341_220000", null, undefined], "YYYYMMDD_HHMMSS"],
  ["mode", [7, undefined], "a text"],
  ["prices", [null], "a text"],
  ["started_ts", ["now", 0.5, null], "unix milliseconds"],
  ["cmdline_hash", ["ab"], "64 hex digits"],
  ["config_sha256", [null], "64 hex digits"],
  ["contracts_sha256", [7], "64 hex digits"],
  ["policy_sha256", ["../../etc/passwd"], "64 hex digits"],
  ["policy_data_sha256", [{}], "64 hex digits"],
  [
    "strategies",
    [null, {}, [null], [{ id: "a" }], [{ id: 1, capital: "1" }]],
    "a list of strategies with id and capital",
  ],
  ["anchor_key", [null, undefined, {}, { key_id: "a" }], "a key with key_id and public_key"],
];

for (const [name, values, expected] of FORMS) {
  test(`verifyFolder() reports a manifest whose ${name} has another form`, () => {
    for (const value of values) {
      const { problems } = verified(forged((manifest) => void (manifest[name] = value)));
      const shown = value === undefined ? "missing" : JSON.stringify(value);
      assert.equal(problems, [`manifest.json: ${name} is ${shown}, expected ${expected}`]);
    }
  });
}

test.run();
