import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { scanSecrets } from "../scripts/secrets_scan.ts";
import { BASELINE, parseBaseline } from "../scripts/secrets_baseline.ts";
import { findSecret } from "../src/core/secrets.ts";
import { packageRoot } from "../src/edge/package_files.ts";
import { recordedVar } from "./support/recorded_var.ts";

/** No false alarms: neither in the project's own tree nor in what its nights write. */

const recorded = recordedVar(test, ["--duration", "3m"]);

if (existsSync(`${packageRoot}/.git`)) {
  test("the project's own tree shows no secret but those that tests make up", async () => {
    const lines: string[] = [];
    const code = await scanSecrets(packageRoot, "tracked", (line) => lines.push(line));
    assert.is(code, 0, lines.join("\n"));
    const scanned = Number(/^(\d+) files looked through/.exec(lines.at(-1)!)?.[1]);
    assert.ok(scanned > 500, lines.at(-1));
  });
} else test.skip("the project's own tree, which is no repository here", () => {});

test(`${BASELINE} excuses tests only`, () => {
  const accepted = parseBaseline(readFileSync(`${packageRoot}/${BASELINE}`, "utf8"));
  assert.equal(accepted.filter(({ path }) => !/^test\/.*_test\.ts$/.test(path)), []);
});

test("a night writes nothing that looks like a secret, its own signing key aside", () => {
  const files = (readdirSync(recorded.folder, { recursive: true }) as string[])
    .filter((path) => statSync(`${recorded.folder}/${path}`).isFile());
  const inbox = files.find((path) => path.endsWith("order_intents/inbox.jsonl"));
  assert.ok(files.length > 20 && inbox !== undefined, files.join("\n"));
  const alarms = files.flatMap((path) => {
    const name = findSecret(readFileSync(`${recorded.folder}/${path}`, "utf8"));
    return name === null ? [] : [`${path}: ${name}`];
  });
  assert.equal(alarms, ["keys/anchor.pem: private key"]);
  assert.ok(statSync(`${recorded.folder}/${inbox}`).size > 0);
});

test.run();
