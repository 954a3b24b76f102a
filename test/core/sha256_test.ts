import { sha256 as portable } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { proveHashes, sha256Bytes, sha256Hex, sha256Parts } from "../../src/core/sha256.ts";
import { realData } from "../support/real_data.ts";

function reference(data: string | Uint8Array): string {
  return bytesToHex(portable(typeof data === "string" ? new TextEncoder().encode(data) : data));
}

test("sha256Hex() gives the vectors of NIST's short messages", () => {
  const text = realData("journal/nist/SHA256ShortMsg.rsp");
  if (text === null) return;
  const vectors = [...text.matchAll(/Len = (\d+)\r?\nMsg = ([0-9a-f]*)\r?\nMD = ([0-9a-f]{64})/g)];
  assert.is(vectors.length, 65);
  for (const [, bits, message, digest] of vectors) {
    const bytes = new Uint8Array(Buffer.from(message!, "hex").subarray(0, Number(bits) / 8));
    assert.is(sha256Hex(bytes), digest);
    assert.is(bytesToHex(sha256Bytes(bytes)), digest);
    assert.is(sha256Parts([bytes]), digest);
  }
});

// FIPS 180-4, examples; the empty text as NIST's own file has it
const VECTORS: readonly (readonly [string, string])[] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
];

test("sha256Hex() and its kin give the published digests of texts", () => {
  for (const [text, digest] of VECTORS) {
    assert.is(sha256Hex(text), digest);
    assert.is(bytesToHex(sha256Bytes(text)), digest);
    assert.is(sha256Parts([text]), digest);
  }
});

test("sha256Hex() and sha256Bytes() agree with the portable hash on any text and bytes", () => {
  const anyData = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom("\ud800", "x\udfffx", "\ufeff"), // half a pair is hashed as U+FFFD, as TextEncoder writes it
  );
  fc.assert(fc.property(anyData, (data) => {
    assert.is(sha256Hex(data), reference(data));
    assert.is(bytesToHex(sha256Bytes(data)), reference(data));
  }));
});

test("sha256Parts() is the hash of the parts joined", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 }), (parts) => {
    assert.is(sha256Parts(parts), sha256Hex(new Uint8Array(Buffer.concat(parts))));
  }));
  assert.is(sha256Parts(["a€", new Uint8Array([98])]), sha256Hex("a€b"));
});

test("proveHashes() accepts the hash that the program uses", () => {
  proveHashes();
});

test("proveHashes() throws when a hash is wrong for one input alone", () => {
  const wrongFor: readonly ((text: string) => boolean)[] = [
    () => true,
    (text) => text === "",
    (text) => text.length === 63,
    (text) => text.length === 64,
    (text) => text.length > 64,
    (text) => text.includes("𝄞"),
  ];
  for (const isWrong of wrongFor) {
    const broken = (text: string) => isWrong(text) ? "00".repeat(32) : sha256Hex(text);
    assert.throws(
      () => proveHashes(broken),
      /^SHA-256 of this runtime gives 0{64} for ".*", expected [0-9a-f]{64}$/,
    );
  }
});

test.run();
