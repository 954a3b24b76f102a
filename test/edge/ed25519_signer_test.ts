import fc from "fast-check";
import { createHash, generateKeyPairSync } from "node:crypto";
import { statSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSigner, verifierOf } from "../../src/edge/ed25519_signer.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const PATH = "/var/keys/anchor.pem";
const signer = openSigner(memoryFiles(), PATH);

/** A folder whose key file holds `pem`. */
function filesWith(pem: string) {
  const files = memoryFiles();
  files.contents.set(PATH, new TextEncoder().encode(pem));
  return files;
}

// RFC 8032, section 7.1: the tests whose message is empty, one byte, and SHA(abc).
const VECTORS: readonly (readonly [publicHex: string, message: readonly number[], signatureHex: string])[] = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    [],
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    [0x72],
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
];

test("verifierOf() accepts the signatures of RFC 8032", () => {
  for (const [publicHex, message, signatureHex] of VECTORS) {
    const verifier = verifierOf(Buffer.from(publicHex, "hex").toString("base64"));
    const signature = Buffer.from(signatureHex, "hex").toString("base64");
    const text = String.fromCharCode(...message);
    assert.ok(verifier.verify(text, signature), publicHex);
    assert.not.ok(verifier.verify(text + "x", signature), publicHex);
  }
});

test("verifierOf() names the key by the beginning of its hash", () => {
  const raw = Buffer.from(signer.public_key, "base64");
  const expected = createHash("sha256").update(raw).digest("hex").slice(0, 16);
  assert.is(verifierOf(signer.public_key).key_id, expected);
  assert.is(signer.key_id, expected);
});

test("verifierOf() refuses what is not base64 of 32 bytes", () => {
  const wrong = [
    "",
    "AAAA",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
    Buffer.alloc(32).toString("hex"),
    signer.public_key.slice(0, -1), // without its padding
    signer.public_key + "\n",
    " " + signer.public_key,
  ];
  for (const key of wrong) {
    assert.throws(
      () => verifierOf(key),
      (error: Error) =>
        error.message === `Not an Ed25519 public key: ${JSON.stringify(key)}, expected base64 of 32 bytes`,
      JSON.stringify(key),
    );
  }
});

test("sign() is undone by verify(), of the signer and of its public key alone", () => {
  const verifier = verifierOf(signer.public_key);
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const signature = signer.sign(text);
    assert.ok(signer.verify(text, signature) && verifier.verify(text, signature));
  }));
});

test("verify() fails when the text or any bit of the signature has changed", () => {
  fc.assert(fc.property(fc.string(), fc.nat(511), (text, bit) => {
    const signature = signer.sign(text);
    assert.not.ok(signer.verify(text + " ", signature));
    const changed = Buffer.from(signature, "base64");
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.not.ok(signer.verify(text, changed.toString("base64")));
  }));
});

test("verify() fails when the signature is no base64 of 64 bytes, or another key's", () => {
  const signature = signer.sign("text");
  const wrong = [
    "",
    "AAAA",
    signature + "\n",
    signature.slice(0, -1),
    Buffer.from(signature, "base64").toString("hex"),
    Buffer.alloc(65).toString("base64"),
    openSigner(memoryFiles(), PATH).sign("text"),
  ];
  for (const text of wrong) assert.is(signer.verify("text", text), false, JSON.stringify(text));
});

test("openSigner() signs the same when its key is opened again, and makes no second key", () => {
  const files = memoryFiles();
  const first = openSigner(files, PATH);
  const pem = files.text(PATH);
  const again = openSigner(files, PATH);
  assert.is(files.text(PATH), pem);
  assert.is(first.algorithm, "Ed25519");
  assert.is(again.public_key, first.public_key);
  assert.is(again.sign("text"), first.sign("text"));
  assert.is.not(openSigner(memoryFiles(), PATH).public_key, first.public_key);
});

test("openSigner() makes a key that only its owner may read", () =>
  inTempFolder((folder) => {
    const path = `${folder}/keys/anchor.pem`;
    const { public_key } = openSigner(realFiles, path);
    if (process.platform !== "win32") assert.is(statSync(path).mode & 0o777, 0o600);
    assert.is(openSigner(realFiles, path).public_key, public_key);
  }));

test("openSigner() refuses a key of another algorithm", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  assert.throws(() => openSigner(filesWith(pem), PATH), /^The anchor key is of type ec, expected ed25519$/);
});

test("openSigner() refuses a key file that is cut short or empty, and leaves it as it is", () => {
  const whole = memoryFiles();
  openSigner(whole, PATH);
  for (const pem of ["", whole.text(PATH).slice(0, 60)]) {
    const files = filesWith(pem);
    assert.throws(() => openSigner(files, PATH));
    assert.is(files.text(PATH), pem);
  }
});

test.run();
