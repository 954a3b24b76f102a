import { test } from "uvu";
import * as assert from "uvu/assert";
import { findSecrets } from "../../scripts/secret_findings.ts";
import { SECRET_PATTERNS } from "../../src/core/secrets.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { fakeKeys } from "../support/fake_keys.ts";

const KEYS = fakeKeys(2, 4);

test("findSecrets() finds each kind of planted key where it stands, by a pattern of our own", async () => {
  const names = SECRET_PATTERNS.map(({ name }) => name);
  for (const { kind, name, value } of KEYS) {
    const found = await findSecrets("a.txt", `first\n${name}: ${value}\nlast\n`);
    assert.ok(found.some(({ rule, line }) => names.includes(rule) && line === 2), `${kind}: ${name}`);
  }
});

test("findSecrets() gives a digest and a length in place of the value", async () => {
  const { value } = KEYS.find(({ kind }) => kind === "Slack")!;
  const found = (await findSecrets("a.txt", `x ${value} y`)).find(({ rule }) => rule === "Slack token");
  const expected = { path: "a.txt", line: 1, rule: "Slack token", characters: value.length };
  assert.equal(found, { ...expected, sha256: sha256Hex(value) });
});

test("findSecrets() knows secrets for which we have no pattern", async () => {
  const text = `url = postgres://${"some"}:${"aB3xyzQ9kLmN"}@db.internal.net:5432/name`;
  assert.ok((await findSecrets("a.ini", text)).length > 0);
});

test("findSecrets() passes over hashes and plain text", async () => {
  assert.equal(await findSecrets("a.txt", `sha256 ${sha256Hex("")}\nhello\n`), []);
  assert.equal(await findSecrets("a.txt", ""), []);
});

test.run();
