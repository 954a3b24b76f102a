import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkSecrets, type SecretsInput } from "../../src/policy/secrets_guard.ts";

/** None of these ever opened anything. They are put together here, so that scanners of code do not stop at them. */
const AWS = "AKIA" + "IOSFODNN7EXAMPLE";
const GITHUB = "ghp_" + "aB3".repeat(12);

function check(more: Partial<SecretsInput>): string | null {
  return checkSecrets({
    configText: "seed: 1\n",
    words: ["node", "main.ts"],
    environment: {},
    allowEnv: [],
    folder: null,
    ...more,
  });
}

const REFUSED: readonly (readonly [given: Partial<SecretsInput>, found: string])[] = [
  [{ words: ["node", "main.ts", AWS] }, "argument 2 looks like a secret: AWS access key id"],
  [
    { words: ["node", "--api-key=0123456789abcdef"] },
    "argument 1 looks like a secret: value beside a key-like name",
  ],
  [
    { words: ["node", "--api-key", "0123456789abcdef"] },
    "argument 2 looks like a secret: value beside a key-like name",
  ],
  [
    { configText: `market:\n  note: ${GITHUB}\n` },
    "the configuration holds what looks like a secret: GitHub token",
  ],
  [
    { environment: { PATH: "/bin", CI_NOTE: GITHUB } },
    "environment variable CI_NOTE looks like a secret (GitHub token), unset it or name it in guards.secrets.allow_env",
  ],
  [
    { environment: { DB_PASSWORD: "correct-horse" } },
    "environment variable DB_PASSWORD looks like a secret (value beside a key-like name), unset it or name it in guards.secrets.allow_env",
  ],
  [
    { environment: { BINANCE_API_KEY: "short" } },
    "environment variable BINANCE_API_KEY holds an exchange key, unset it",
  ],
  [
    { environment: { KRAKEN_SECRET: "x" }, allowEnv: ["KRAKEN_SECRET"] },
    "environment variable KRAKEN_SECRET holds an exchange key, unset it",
  ],
  [
    { environment: { GH: GITHUB, OTHER: GITHUB }, allowEnv: ["GH"] },
    "environment variable OTHER looks like a secret (GitHub token), unset it or name it in guards.secrets.allow_env",
  ],
];

test("checkSecrets() says what was found and where", () => {
  for (const [given, found] of REFUSED) assert.is(check(given), found);
});

test("checkSecrets() never shows the value", () => {
  for (const [given] of REFUSED) assert.not.match(check(given)!, /AKIA|ghp_|0123456789|correct-horse/);
});

const PASSED: readonly (readonly [name: string, given: Partial<SecretsInput>])[] = [
  ["nothing", {}],
  ["an environment that cannot be read", { environment: null }],
  ["empty exchange variables", { environment: { BINANCE_API_KEY: "", KRAKEN_SECRET: undefined } }],
  ["an allowed variable", { environment: { GITHUB_TOKEN: GITHUB }, allowEnv: ["GITHUB_TOKEN"] }],
  ["a hash among the words", { words: ["node", "a".repeat(64)] }],
];

test("checkSecrets() passes what shows no secret", () => {
  for (const [name, given] of PASSED) assert.is(check(given), null, name);
});

const OUTSIDE = [{ name: "the folder of runs", path: "/srv/var" }, {
  name: "the program's folder",
  path: "/nore",
}];
const folder = (path: string) => check({ folder: { path, outside: OUTSIDE } });

test("checkSecrets() refuses a folder of secrets inside what is handed on, and names both", () => {
  const moved = "move it out of there";
  assert.is(folder("/nore"), `guards.secrets.dir /nore lies in the program's folder /nore, ${moved}`);
  assert.is(
    folder("/srv/var/keys/mine"),
    `guards.secrets.dir /srv/var/keys/mine lies in the folder of runs /srv/var, ${moved}`,
  );
  const windows = { path: "C:\\nore\\keys", outside: [{ name: "the program's folder", path: "C:\\nore" }] };
  assert.match(check({ folder: windows })!, /lies in the program's folder C:/);
});

test("checkSecrets() passes a folder of secrets beside or above what is handed on", () => {
  for (const path of ["/srv/variable", "/srv/var2/keys", "/home/nore", "/srv", "/"]) {
    assert.is(folder(path), null);
  }
});

test("checkSecrets() looks at words first, then at the configuration, then at the environment", () => {
  const environment = { CI_NOTE: GITHUB };
  assert.match(check({ words: [AWS], configText: AWS, environment })!, /^argument 0 /);
  assert.match(check({ configText: AWS, environment })!, /^the configuration /);
});

test.run();
