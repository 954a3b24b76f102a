import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ScanMode, scanSecrets } from "../../scripts/secrets_scan.ts";
import { fakeKeys } from "../support/fake_keys.ts";
import { inTempRepository } from "../support/temp_repository.ts";

const [FIRST, SECOND] = fakeKeys(1, 2).filter(({ kind }) => kind === "exchange, 64 characters");
const KEY = FIRST!.value;
const OTHER_KEY = SECOND!.value;

async function scan(root: string, mode: ScanMode = "tracked") {
  const lines: string[] = [];
  const code = await scanSecrets(root, mode, (line) => lines.push(line));
  const text = lines.join("\n");
  for (const key of [KEY, OTHER_KEY]) assert.not(text.includes(key.slice(0, 8)), text);
  return { code, text };
}

test("scanSecrets() passes a repository without a secret, and says how much it has read", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("a.txt", "nothing\n");
    git("add", "-A");
    const { code, text } = await scan(root);
    assert.equal([code, text], [0, "1 files looked through, 0 binary ones not, 0 findings accepted, 0 not"]);
  }));

test("scanSecrets() names path, line and rule, never the value, and says what to do", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("deep/ö b.txt", `first\nkey ${KEY}\n`);
    git("add", "-A");
    const { code, text } = await scan(root);
    assert.is(code, 1);
    assert.match(text, /^deep\/ö b\.txt:2 exchange key \(64 characters\) \(64 characters, not shown\)\n/);
    assert.match(text, /revoke it .*\n.*npm run secrets -- --update/);
  }));

test("scanSecrets() looks at tracked files only, and follows no link", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("untracked.txt", KEY);
    write("gone.txt", "x");
    mkdirSync(`${root}/links`);
    symlinkSync(`${root}/untracked.txt`, `${root}/links/link`);
    git("add", "gone.txt", "links");
    rmSync(`${root}/gone.txt`);
    assert.match((await scan(root)).text, /^0 files looked through/);
  }));

test("scanSecrets() is not excused by a comment in the file", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("a.ts", `// secretlint-disable\nconst a = "${KEY}"; // secretlint-disable-line\n`);
    git("add", "-A");
    assert.is((await scan(root)).code, 1);
  }));

test("scanSecrets() accepts what the baseline has, on any line, and nothing beside it", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("a.txt", KEY);
    git("add", "-A");
    assert.is((await scan(root, "update")).code, 0);
    assert.not(readFileSync(`${root}/.secrets.baseline`, "utf8").includes(KEY));
    git("add", "-A");
    write("a.txt", `moved\ndown\n${KEY}`);
    assert.match((await scan(root)).text, /1 findings accepted, 0 not$/);
    write("a.txt", `${KEY}\n${OTHER_KEY}`);
    assert.match((await scan(root)).text, /^a\.txt:2 /);
    write("a.txt", KEY);
    write("copy.txt", KEY);
    git("add", "-A");
    assert.match((await scan(root)).text, /^copy\.txt:1 /);
  }));

test("scanSecrets() fails for an entry of the baseline that nothing matches any more", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("a.txt", KEY);
    git("add", "-A");
    await scan(root, "update");
    write("a.txt", "clean");
    const { code, text } = await scan(root);
    assert.is(code, 1);
    assert.match(text, /^\.secrets\.baseline: a\.txt no longer has exchange key.*\n.*--update/);
    assert.is((await scan(root, "update")).code, 0);
    assert.equal(readFileSync(`${root}/.secrets.baseline`, "utf8"), '{\n  "accepted": []\n}\n');
  }));

test("scanSecrets() looks at what is staged, not at what lies on the disk", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("old.txt", KEY);
    write("a b.txt", "clean");
    git("add", "-A");
    git("commit", "--quiet", "-m", "old");
    assert.match((await scan(root, "staged")).text, /^0 files looked through/);
    write("a b.txt", KEY);
    assert.is((await scan(root, "staged")).code, 0);
    git("add", "-A");
    write("a b.txt", "clean");
    const { code, text } = await scan(root, "staged");
    assert.is(code, 1);
    assert.match(text, /^a b\.txt:1 /);
    git("rm", "--quiet", "--force", "--cached", "a b.txt");
    assert.is((await scan(root, "staged")).code, 0);
  }));

test("scanSecrets() takes the baseline that would be committed", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("a.txt", KEY);
    git("add", "a.txt");
    await scan(root, "update");
    assert.is((await scan(root, "staged")).code, 1);
    git("add", "-A");
    assert.is((await scan(root, "staged")).code, 0);
  }));

test("scanSecrets() leaves binary files out and fails for a text that is too long to look through", () =>
  inTempRepository(async ({ root, git, write }) => {
    write("a.bin", new Uint8Array(3_000_000));
    write("big.txt", "x\n".repeat(1_000_001));
    git("add", "-A");
    const { code, text } = await scan(root);
    assert.is(code, 1);
    assert.match(text, /^big\.txt has more than 2 MB .*\n0 files looked through, 1 binary ones not/);
  }));

test("scanSecrets() says what is wrong with a baseline", () =>
  inTempRepository(async ({ root, git, write }) => {
    const said = async (baseline: string) => {
      write(".secrets.baseline", baseline);
      git("add", "-A");
      return await scan(root).then(() => "nothing", (error: Error) => error.message);
    };
    assert.match(await said("{"), /^\.secrets\.baseline is not JSON/);
    assert.match(await said("null"), /has no list "accepted"$/);
    assert.match(await said('{"accepted":[null]}'), /entry 0 is not \{path, rule, sha256\}$/);
    assert.match(await said('{"accepted":[{"path":"a","rule":"b","sha256":"c"}]}'), /entry 0 is not/);
  }));

test.run();
