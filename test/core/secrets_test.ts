import { Buffer } from "node:buffer";
import fc from "fast-check";
import { generateKeyPairSync } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  findSecret,
  findSecretInWord,
  isExchangeVariable,
  redact,
  redactWords,
} from "../../src/core/secrets.ts";
import { sha256Hex } from "../../src/core/sha256.ts";

/** None of these ever opened anything. They are put together here, so that scanners of code do not stop at them. */
const DASHES = "-".repeat(5);
const AWS = "AKIA" + "IOSFODNN7EXAMPLE";
const GITHUB = "ghp_" + "aB3".repeat(12);
const GITHUB_FINE = "github_pat_" + "11ABCDEFG0_abcdefghijklmnop";
const EXCHANGE = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"; // Binance's documents
const SLACK = "xox" + "b-123456789012-abcdefABCDEF";
const GOOGLE = "AI" + "za" + "aB3_-".repeat(7);
const STRIPE = "sk_" + "live_" + "aB3".repeat(8);
const JWT = ["ey" + "JhbGciOiJIUzI1", "ey" + "JzdWIiOiIxMjM0", "aB3_-".repeat(6)].join(".");
const MIXED = "aB3".repeat(8);
const HEX = "0123456789abcdef".repeat(2);
const { privateKey } = generateKeyPairSync("ed25519");
const PEM = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const PEM_BODY = PEM.split("\n")[1]!;
const SHA256 = sha256Hex("");

const SECRETS: readonly (readonly [string, string])[] = [
  [PEM, "private key"],
  [`${DASHES}BEGIN RSA PRIVATE KEY${DASHES}`, "private key"],
  [`${DASHES}BEGIN ENCRYPTED PRIVATE KEY${DASHES}`, "private key"],
  [AWS, "AWS access key id"],
  [`id=${AWS};`, "AWS access key id"],
  ["ASIA" + "ABCDEFGHIJ012345", "AWS access key id"],
  [GITHUB, "GitHub token"],
  ["ghs_" + "0".repeat(36), "GitHub token"],
  [`https://${GITHUB_FINE}@github.com`, "GitHub token"],
  [EXCHANGE, "exchange key (64 characters)"],
  [`--set=${EXCHANGE}`, "exchange key (64 characters)"],
  [`key_${EXCHANGE}`, "exchange key (64 characters)"],
  [SHA256.replace("e", "g"), "exchange key (64 characters)"],
  [`abcd/${EXCHANGE}==`, "exchange key (64 characters)"],
  ["api_key: 0123456789abcdef", "value beside a key-like name"],
  ['"apiKey":"0123456789abcdef"', "value beside a key-like name"],
  ['{\\"api_secret\\": \\"0123456789abcdef\\"}', "value beside a key-like name"],
  ["access-token = 'abcd/efgh+ijkl=='", "value beside a key-like name"],
  ["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "value beside a key-like name"],
  ["NORE_API_KEY=0123456789abcdef", "value beside a key-like name"],
  ["binance.secret=abcdefghijkl", "value beside a key-like name"],
  ["DB_PASSWORD=correct-horse!", "value beside a key-like name"],
  ["passphrase: correct$horse", "value beside a key-like name"],
  [`secret_key=${SHA256}`, "value beside a key-like name"],
  ["AWS_SECRET_ACCESS_KEY=" + "wJalrXUtnFEMI/K7MDENG".padEnd(40, "b"), "AWS secret key"],
  [`"awsSecret": "${"a1/+".repeat(10)}"`, "AWS secret key"],
  [SLACK, "Slack token"],
  ["xapp" + "-1-A012-345-abcdef", "Slack token"],
  [GOOGLE, "Google API key"],
  [`https://maps.example/?q=${GOOGLE}&v=3`, "Google API key"],
  [STRIPE, "Stripe live key"],
  ["rk_" + "live_" + "0".repeat(16), "Stripe live key"],
  [JWT, "JSON web token"],
  [`Bearer ${JWT}`, "JSON web token"],
  [`gate_api_key: ${HEX}`, "Gate key"],
  [`"gate.io_secret":"${HEX}${HEX}"`, "Gate key"],
  [`GATE_KEY=${HEX.toUpperCase()}`, "Gate key"],
  [`token: ${MIXED}`, "random value beside a key-like name"],
  [`"signingKey": "${MIXED}"`, "random value beside a key-like name"],
  [`CI_AUTH=${MIXED}`, "random value beside a key-like name"],
];

test("findSecret() names what it found", () => {
  for (const [text, name] of SECRETS) assert.is(findSecret(text), name, text);
});

test("findSecret() finds a secret inside other text, and inside JSON", () => {
  for (const [text, name] of SECRETS) {
    assert.is(findSecret(`a b\n${text}\nc d`), name, text);
    assert.is(findSecret(JSON.stringify({ text: `a b\n${text}\nc d` })), name, text);
    assert.is(findSecret(JSON.stringify({ text: `a b\u0001${text}"c d` })), name, text);
  }
});

const HARMLESS: readonly string[] = [
  "",
  SHA256,
  SHA256.toUpperCase(),
  `sha256:${SHA256}:{"a":1}`,
  SHA256 + SHA256,
  "9".repeat(64),
  `${EXCHANGE}0`,
  EXCHANGE.slice(1),
  EXCHANGE.toUpperCase(), // no exchange gives keys without a lower-case letter
  "43bf99f4-b3bc-4041-9dec-c812bd40166d",
  "20261121_220000",
  "20261121220000-1",
  "/home/someone/projects/nore/var/runs/20261121_220000/queues/order_intents/inbox.000001.jsonl",
  "var/keys/anchor.pem",
  "C:\\nore\\var",
  "https://api.binance.com/api/v3/exchangeInfo?symbols=BTCUSDT",
  // an Ed25519 signature and a public key, base64
  "kUx+4eEMPBkUVwFmkW8V5bTqKb0oFgd7nUG9jAoV/nq9Pz2vTsbJyDW5PRWEQd0GqPS7YTyZwkqcSdkYl9rJCQ==",
  "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
  `${DASHES}BEGIN PUBLIC KEY${DASHES}`,
  `${DASHES}BEGIN CERTIFICATE${DASHES}`,
  "AKIA" + "IOSFODNN7EXAMPL",
  "ghp_short",
  "api_key: null",
  "api_key=short",
  "secret: none",
  '{"secrets":{"allow_env":["GITHUB_TOKEN"]},"key_file":null,"public_key":"11qYAYKxCrfVS/7TyWQHOg7hcvPa"}',
  "the password is asked for at the start of the night",
  "tokens: 123456789012345678901234567890",
  `key: ${SHA256}`,
  `gate: ${HEX}`,
  `gateway_key: ${HEX}g`,
  `gate_api_version: ${HEX}`,
  `"public_key": "${MIXED}"`,
  `publicKey=${MIXED}`,
  `aws_commit: ${HEX}01234567`,
  "key: a/path/without/any/figure/or/capital",
  "token: readTheTokenOfTheUser",
  "sk_" + "test_" + "0".repeat(24),
  "xoxo-hugs",
  JWT.slice(0, JWT.lastIndexOf(".")),
  // signatures, and the hashes of a lock file: 64 bytes in base64
  `"signature":"${EXCHANGE}/+abcdefghijklmnopqrst=="`,
  `sha512-abc/${EXCHANGE}+abcdefghijklmnopq==`,
  `sha512-abcdefghijklmnopqrst/+${EXCHANGE}==`,
];

test("findSecret() passes over hashes, ids, paths, signatures and plain words", () => {
  for (const text of HARMLESS) assert.is(findSecret(text), null, text);
});

test("findSecret() passes over any signature", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
      const signature = Buffer.from(bytes).toString("base64");
      for (const text of [signature, JSON.stringify({ signature })]) assert.is(findSecret(text), null, text);
    }),
    { numRuns: 10_000 },
  );
});

test("redact() leaves text without a secret as it is", () => {
  for (const text of HARMLESS) assert.is(redact(text), text);
});

test("redact() takes the secret out and leaves what stands around it", () => {
  const texts: readonly (readonly [string, string])[] = [
    [`a ${AWS} b`, "a [redacted: AWS access key id] b"],
    [`a ${AWS} ${AWS}`, "a [redacted: AWS access key id] [redacted: AWS access key id]"],
    [`${GITHUB}/${EXCHANGE}`, "[redacted: GitHub token]/[redacted: exchange key (64 characters)]"],
    ["x api_key=0123456789abcdef y", "x [redacted: value beside a key-like name] y"],
    ['{"password":"correct-horse.b","a":1}', '{"[redacted: value beside a key-like name]","a":1}'],
    ["MY_API_SECRET=0123456789abcdef.and~more y", "MY_[redacted: value beside a key-like name] y"],
    [`a\n${PEM}b`, "a\n[redacted: private key]\nb"],
    [JSON.stringify({ key: PEM, b: 1 }), '{"key":"[redacted: private key]\\n","b":1}'],
  ];
  for (const [text, clean] of texts) assert.is(redact(text), clean);
});

test("redact() takes out a private key that is cut off anywhere", () => {
  const header = PEM.indexOf("\n");
  for (let end = header; end <= PEM.length; end++) {
    const clean = redact(`a ${PEM.slice(0, end)}`);
    for (let at = 0; at + 8 <= PEM_BODY.length; at++) {
      assert.not(clean.includes(PEM_BODY.slice(at, at + 8)), `cut at ${end}: ${clean}`);
    }
  }
});

const anySecret = fc.constantFrom(...SECRETS.map(([text]) => text));
const anyPiece = fc.oneof(
  anySecret,
  fc.constantFrom(
    ..."\n :=_-\"'\\[]n/+",
    "\\n",
    "secret",
    "password=",
    "api_key:",
    "private key",
    "AKIA",
    ...HARMLESS,
  ),
  fc.string({ maxLength: 5 }),
  fc.stringMatching(/^[A-Za-z0-9]{1,64}$/),
);

test("redact() leaves nothing that findSecret() finds, whatever stands side by side", () => {
  fc.assert(
    fc.property(fc.array(anyPiece, { maxLength: 8 }), (pieces) => {
      const clean = redact(pieces.join(""));
      assert.is(findSecret(clean), null, clean);
      assert.is(redact(clean), clean);
    }),
    { numRuns: 2000 },
  );
});

test("findSecret() finds in JSON whatever it finds in the text", () => {
  fc.assert(fc.property(fc.array(anyPiece, { maxLength: 5 }), (pieces) => {
    const text = pieces.join("");
    if (findSecret(text) !== null) assert.is.not(findSecret(JSON.stringify(text)), null);
  }));
});

test("redact() takes out any exchange key between other words", () => {
  const anyKey = fc.stringMatching(/^[A-Za-z0-9]{64}$/).filter((key) =>
    /[a-z]/.test(key) && /[g-z]/i.test(key)
  );
  fc.assert(fc.property(anyKey, fc.stringMatching(/^[^A-Za-z0-9]{1,3}$/), (key, gap) => {
    assert.not(redact(`from${gap}${key}${gap}to`).includes(key));
  }));
});

test("redactWords() takes out a value that its flag makes a secret, and keeps the number of words", () => {
  const words = ["node", "--api-key", HEX, AWS, "--seed", HEX];
  assert.equal(words.map((_, index) => findSecretInWord(words, index) !== null), [
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
  assert.equal(redactWords(words), [
    "node",
    "--api-key",
    "[redacted: value beside a key-like name]",
    "[redacted: AWS access key id]",
    "--seed",
    HEX,
  ]);
});

test("isExchangeVariable() knows an exchange's key by the variable's name", () => {
  const exchange = [
    "BINANCE_API_KEY",
    "BINANCE_API_SECRET",
    "binanceApiKey",
    "BINANCEKEY",
    "MY_BINANCE_SECRET",
    "TESTNET_BYBIT_KEY_2",
    "OKX_PASSPHRASE",
    "OKX_PASSWORD",
    "GATE_API_KEY",
    "GATEIO_SECRET",
    "GATE_IO_KEY",
    "GATE_TOKEN",
    "KRAKEN_KEY",
    "COINBASE_API_TOKEN",
  ];
  const others = [
    "BINANCE_WS_URL",
    "BINANCE",
    "API_KEY",
    "GITHUB_TOKEN",
    "GATEWAY_TOKEN",
    "GATEKEEPER_API_KEY",
    "DELEGATE_TOKEN",
    "MYBINANCE_KEY",
    "PATH",
    "",
  ];
  for (const name of exchange) assert.ok(isExchangeVariable(name), name);
  for (const name of others) assert.not(isExchangeVariable(name), name);
});

test.run();
