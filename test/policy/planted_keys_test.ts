import { test } from "uvu";
import * as assert from "uvu/assert";
import { redact, redactWords } from "../../src/core/secrets.ts";
import { checkSecrets, type SecretsInput } from "../../src/policy/secrets_guard.ts";
import { FAKE_KINDS, type FakeKey, fakeKeys } from "../support/fake_keys.ts";

/** Fake keys planted wherever a start looks: each must refuse it. */

const KEYS = fakeKeys(20261121, 20);

type Plant = (key: FakeKey) => Partial<SecretsInput>;
const PLACES: readonly (readonly [where: string, said: RegExp, plant: Plant])[] = [
  [
    "configuration in JSON",
    /^the configuration /,
    ({ name, value }) => ({ configText: JSON.stringify({ market: { [name]: value } }) }),
  ],
  [
    "configuration in YAML",
    /^the configuration /,
    ({ name, value }) => ({ configText: `market:\n  ${name}: ${value}\n` }),
  ],
  [
    "environment",
    /^environment variable /,
    ({ name, value }) => ({ environment: { PATH: "/bin", [name]: value } }),
  ],
  [
    "arguments, in one word",
    /^argument 2 /,
    ({ name, value }) => ({ words: ["node", "main.ts", `--set=${name}=${value}`] }),
  ],
  [
    "arguments, behind a flag",
    /^argument 2 /,
    ({ name, value }) => ({ words: ["node", `--${name}`, value] }),
  ],
];

function check(planted: Partial<SecretsInput>): string | null {
  const input = { configText: "", words: [], environment: {}, allowEnv: [], folder: null };
  return checkSecrets({ ...input, ...planted });
}

test("fakeKeys() gives 200 keys of 10 kinds, all different", () => {
  assert.equal([FAKE_KINDS.length, KEYS.length, new Set(KEYS.map(({ value }) => value)).size], [
    10,
    200,
    200,
  ]);
});

for (const [where, said, plant] of PLACES) {
  test(`checkSecrets() refuses each of 200 planted keys: ${where}`, () => {
    const refused = KEYS.filter((key) => said.test(check(plant(key)) ?? ""));
    const passed = KEYS.filter((key) => !refused.includes(key));
    assert.equal(passed.map(({ kind, name, value }) => `${kind}: ${name} ${value}`), []);
    assert.is(refused.length, 200);
  });
}

test("checkSecrets() names the place and never shows any part of the value", () => {
  for (const key of KEYS) {
    for (const [, , plant] of PLACES) {
      const found = check(plant(key))!;
      for (const part of key.value.matchAll(/[A-Za-z0-9]{8,}/g)) assert.not(found.includes(part[0]), found);
    }
  }
});

test("redact() leaves nothing of any planted key", () => {
  for (const { name, value } of KEYS) {
    for (
      const clean of [redact(JSON.stringify({ [name]: value })), redactWords([`--${name}`, value]).join(" ")]
    ) {
      for (const part of value.matchAll(/[A-Za-z0-9]{8,}/g)) {
        if (!/PRIVATE|OPENSSH|ENCRYPTED/.test(part[0])) assert.not(clean.includes(part[0]), clean);
      }
    }
  }
});

test.run();
