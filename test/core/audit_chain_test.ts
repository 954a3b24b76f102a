import fc from "fast-check";
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Anchor,
  genesisHead,
  nextHead,
  NO_ANCHOR,
  signAnchor,
  signedText,
} from "../../src/core/audit_chain.ts";
import { parseLine } from "../../src/core/journal_line.ts";
import type { Signer } from "../../src/core/ports.ts";

const RUN_ID = "20261121_220000";

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  return createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))))
    .digest("hex");
}

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const signer: Signer = {
  algorithm: "Ed25519",
  key_id: "0123456789abcdef",
  public_key: "",
  sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64"),
  verify: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64")),
};

const anchor: Omit<Anchor, "sig" | "key_id"> = {
  schema: "nore/anchor",
  v: 1,
  run_id: RUN_ID,
  i: 0,
  first: 0,
  last: 9,
  head: "ab".repeat(32),
  prev: NO_ANCHOR,
  files: { "queues/fills/inbox.jsonl": [1234, 3], "queues/timers/inbox.jsonl": [70, 1] },
  ts: 1_795_298_400_000,
  final: false,
};

function jsonOf(line: string): string {
  assert.is(line.at(-1), "\n");
  const parsed = parseLine(line.slice(0, -1));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.json;
}

test("genesisHead() is the hash of the run's id and its manifest", () => {
  const manifest = '{"sha256":"…","run_id":"20261121_220000"}';
  const expected = sha256(`nore-chain-v1\n20261121_220000\n${sha256(manifest)}\n`);
  assert.is(genesisHead(RUN_ID, manifest), expected);
  assert.is(genesisHead(RUN_ID, new TextEncoder().encode(manifest)), expected);
});

test("genesisHead() differs when run or manifest does", () => {
  const heads = [genesisHead(RUN_ID, "{}"), genesisHead("20261121_220001", "{}"), genesisHead(RUN_ID, "{ }")];
  assert.is(new Set(heads).size, heads.length);
});

test("nextHead() is the hash of the previous head and the raw line hashes behind it", () => {
  const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(anyHash, fc.array(anyHash, { maxLength: 6 }), (head, lines) => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    assert.is(nextHead(hex(head), lines.map(hex).join("")), sha256(head, ...lines));
  }));
});

test("nextHead() differs when two lines are swapped, one is missing or one is doubled", () => {
  const head = genesisHead(RUN_ID, "{}");
  const [a, b, c] = ["a", "b", "c"].map((text) => sha256(text)) as [string, string, string];
  const heads = [a + b + c, b + a + c, a + c, a + b + b + c, a + b].map((lines) => nextHead(head, lines));
  assert.is(new Set(heads).size, heads.length);
});

test("signAnchor() gives a line whose fields stand in the contract's order", () => {
  const { sig, ...open } = JSON.parse(jsonOf(signAnchor(anchor, signer))) as Anchor;
  const expected = { ...anchor, key_id: signer.key_id };
  assert.is(JSON.stringify(open), JSON.stringify(expected));
  assert.is(Buffer.from(sig, "base64").length, 64);
});

test("signedText() gives the very bytes that signAnchor() had signed", () => {
  const anyAnchor = fc.record({
    i: fc.nat(),
    final: fc.boolean(),
    head: fc.string({ unit: "binary" }),
    files: fc.dictionary(fc.string(), fc.tuple(fc.nat(), fc.nat())),
  });
  fc.assert(fc.property(anyAnchor, fc.base64String(), (more, sig) => {
    const signed: string[] = [];
    const recording: Signer = { ...signer, sign: (text) => (signed.push(text), sig) };
    const json = jsonOf(signAnchor({ ...anchor, ...more }, recording));
    assert.is((JSON.parse(json) as Anchor).sig, sig);
    assert.equal([signedText(json)], signed);
    assert.is(signed[0]!.slice(-9), '"sig":""}');
  }));
});

test("signedText() makes a signature that fits, and that no longer fits after a change", () => {
  const json = jsonOf(signAnchor(anchor, signer));
  const { sig } = JSON.parse(json) as Anchor;
  assert.ok(signer.verify(signedText(json), sig));
  const changes = [['"last":9', '"last":8'], ['"final":false', '"final":true'], [
    "[1234,3]",
    "[1234,4]",
  ]] as const;
  for (const [from, to] of changes) {
    assert.ok(json.includes(from));
    assert.not(signer.verify(signedText(json.replace(from, to)), sig), from);
  }
});

test("NO_ANCHOR is 64 zeros", () => {
  assert.match(NO_ANCHOR, /^0{64}$/);
});

test.run();
