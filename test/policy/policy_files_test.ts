import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256Hex } from "../../src/core/sha256.ts";
import { readPolicyFiles } from "../../src/policy/policy_files.ts";
import { AI, EGRESS, FILES, INGEST, ORDER, repoPolicyBytes, RUN, SIGNAL } from "../support/repo_policy.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const committed = JSON.parse(new TextDecoder().decode(repoPolicyBytes.manifest)) as Record<string, unknown>;
const manifestWith = (change: Record<string, unknown>): Uint8Array =>
  bytesOf(JSON.stringify({ ...committed, ...change }));

test("readPolicyFiles() gives the policy with its reads and hashes when all fits", () => {
  const files = readPolicyFiles(repoPolicyBytes, [INGEST, ORDER]);
  assert.is(files.policySha256, sha256Hex(repoPolicyBytes.wasm));
  assert.is(files.policyDataSha256, sha256Hex(repoPolicyBytes.data));
  assert.is(files.wasm, repoPolicyBytes.wasm);
  assert.equal(files.data, JSON.parse(new TextDecoder().decode(repoPolicyBytes.data)));
  assert.equal(files.denials.get("INGEST_VENUE"), {
    severity: "error",
    title: "Venue",
    description: "The tick is from another venue than the run's, or from one that the mode may not use.",
  });
  assert.equal(Object.keys(files.reads), [AI, EGRESS, FILES, INGEST, ORDER, RUN, SIGNAL]);
});

test("readPolicyFiles() gives for ticks only fields that nearly always stay the same from tick to tick", () => {
  const { reads } = readPolicyFiles(repoPolicyBytes, []);
  const ofDraft = reads[INGEST]!.map((path) => path.join(".")).filter((path) => !path.startsWith("manifest"));
  assert.equal(ofDraft, [
    "payload.facts.jump_pct",
    "payload.facts.late_s",
    "payload.kind",
    "payload.price_source",
    "payload.symbol",
    "payload.venue",
    "source",
    "type",
  ]);
});

test("readPolicyFiles() refuses what does not fit together", () => {
  const flipped = repoPolicyBytes.wasm.slice();
  flipped[1000]! ^= 1;
  const reads = (paths: unknown): Uint8Array => manifestWith({ entrypoints: { [INGEST]: { reads: paths } } });
  const denials = (denials: unknown): Uint8Array =>
    manifestWith({ entrypoints: { [INGEST]: { reads: [["type"]], denials } } });
  const unsaid = /^Policy manifest does not say why "nore\/ingest\/decision" denies, expected/;
  const unlisted = /^Policy manifest does not list what "nore\/ingest\/decision" reads, expected/;

  const rows: readonly (readonly [Partial<typeof repoPolicyBytes>, RegExp])[] = [
    [
      { wasm: flipped },
      /^Policy manifest is for a wasm of sha256 "[0-9a-f]{64}", the wasm has [0-9a-f]{64}$/,
    ],
    [
      { manifest: manifestWith({ wasm_sha256: undefined }) },
      /^Policy manifest is for a wasm of sha256 undefined/,
    ],
    [{ manifest: bytesOf("{") }, /^Policy manifest is not JSON: /],
    [{ manifest: bytesOf("[]") }, /^Policy manifest is an array, expected an object$/],
    [{ manifest: manifestWith({ entrypoints: 1 }) }, /^Policy manifest has number as entrypoints, expected/],
    [
      { manifest: manifestWith({ entrypoints: {} }) },
      /^Policy manifest has no entrypoint "nore\/ingest\/decision"/,
    ],
    [{ manifest: manifestWith({ entrypoints: { [INGEST]: 1 } }) }, unlisted],
    [{ manifest: reads(undefined) }, unlisted],
    [{ manifest: reads([]) }, unlisted],
    [{ manifest: reads([[]]) }, unlisted],
    [{ manifest: reads([["payload", 1]]) }, unlisted],
    [{ manifest: reads([["payload"]]) }, unsaid],
    [{ manifest: denials([]) }, unsaid],
    [{ manifest: denials({ CODE: { severity: "error", title: "T" } }) }, unsaid],
    [
      { manifest: manifestWith({ data: undefined }) },
      /^Policy manifest does not say what its data must hold/,
    ],
    [
      { data: bytesOf("{}") },
      /^Policy data: nore\.egress\.hosts\.NORE is missing, expected a list of strings; /,
    ],
    [{ data: bytesOf("") }, /^Policy data is not JSON: /],
    [{ data: bytesOf("null") }, /^Policy data is null, expected an object$/],
    [{ data: new Uint8Array([0x22, 0xff, 0x22]) }, /^Policy data is not JSON: /],
  ];
  for (const [change, message] of rows) {
    assert.throws(
      () => readPolicyFiles({ ...repoPolicyBytes, ...change }, [INGEST]),
      (error: Error) => message.test(error.message),
      String(message),
    );
  }
});

test("readPolicyFiles() refuses a manifest without an entrypoint that is asked for", () => {
  assert.throws(
    () => readPolicyFiles(repoPolicyBytes, [INGEST, "nore/moon/decision"]),
    (error: Error) =>
      error.message ===
        'Policy manifest has no entrypoint "nore/moon/decision", it has ' +
          [AI, EGRESS, FILES, INGEST, ORDER, RUN, SIGNAL].map((name) => `"${name}"`).join(", "),
  );
});

test.run();
