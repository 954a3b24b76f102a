import { existsSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { anchorKeyPath, openAnchorKey } from "../../src/commands/anchor_key.ts";
import { ConfigError } from "../../src/core/config.ts";
import { configWith } from "../support/repo_config.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("anchorKeyPath() lies in var, or where the configuration says", () => {
  assert.is(anchorKeyPath(configWith(), "/srv/var"), "/srv/var/keys/anchor.pem");
  assert.is(anchorKeyPath(configWith(["audit.key_file=/safe/key.pem"]), "/srv/var"), "/safe/key.pem");
});

test("openAnchorKey() makes a key once, and says where a file is none", () =>
  inTempFolder((varFolder) => {
    const made = openAnchorKey(configWith(), varFolder);
    assert.ok(existsSync(`${varFolder}/keys/anchor.pem`));
    assert.is(openAnchorKey(configWith(), varFolder).public_key, made.public_key);
    writeFileSync(`${varFolder}/keys/anchor.pem`, "no key");
    assert.throws(
      () => openAnchorKey(configWith(), varFolder),
      (error: Error) =>
        error instanceof ConfigError &&
        error.message.startsWith(`audit.key_file: ${varFolder}/keys/anchor.pem: `),
    );
  }));

test.run();
