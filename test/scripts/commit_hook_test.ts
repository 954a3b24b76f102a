import { existsSync, readFileSync, statSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installHook } from "../../scripts/commit_hook.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { inTempRepository, type TempRepository } from "../support/temp_repository.ts";

function install(root: string) {
  const lines: string[] = [];
  return { code: installHook(root, (line) => lines.push(line)), text: lines.join("\n") };
}

test("installHook() puts a hook that can be run, and once only", () =>
  inTempRepository(({ root }) => {
    const path = `${root}/.git/hooks/pre-commit`;
    assert.equal(install(root), { code: 0, text: `installed: ${path}` });
    const text = readFileSync(path, "utf8");
    assert.match(text, /^#!\/bin\/sh\n[\s\S]*\nexec npm run .*secrets -- --staged\n$/);
    assert.is(statSync(path).mode & 0o111, 0o111);
    assert.equal(install(root), { code: 0, text: `already there: ${path}` });
    assert.is(readFileSync(path, "utf8"), text);
  }));

test("installHook() renews an older hook of ours and leaves any other alone", () =>
  inTempRepository(({ root, write }) => {
    const path = ".git/hooks/pre-commit";
    install(root);
    write(path, readFileSync(`${root}/${path}`, "utf8") + "echo older\n");
    assert.match(install(root).text, /^installed: /);
    assert.not.match(readFileSync(`${root}/${path}`, "utf8"), /older/);
    write(path, "#!/bin/sh\nmake check\n");
    const { code, text } = install(root);
    assert.is(code, 1);
    assert.match(
      text,
      /is there already and is not ours. Add this line to it: npm run .*--staged \|\| exit 1$/,
    );
    assert.is(readFileSync(`${root}/${path}`, "utf8"), "#!/bin/sh\nmake check\n");
  }));

test("installHook() finds the hooks of a worktree, and those that core.hooksPath names", () =>
  inTempRepository(({ root, git }) =>
    inTempFolder((other) => {
      git("commit", "--quiet", "--allow-empty", "-m", "first");
      git("worktree", "add", "--quiet", `${other}/tree`);
      assert.is(install(`${other}/tree`).code, 0);
      assert.ok(existsSync(`${root}/.git/hooks/pre-commit`));
      git("config", "core.hooksPath", "my hooks");
      assert.is(install(root).code, 0);
      assert.ok(existsSync(`${root}/my hooks/pre-commit`));
    })
  ));

test("installHook() fails where there is no repository", () =>
  inTempFolder((folder) => {
    assert.throws(() => install(folder), /not a git repository/);
  }));

const SCRIPT = (code: string) => JSON.stringify({ scripts: { secrets: `node -e "${code}" --` } });

function commits({ git, write }: TempRepository, packageJson: string): boolean {
  write("package.json", packageJson);
  git("add", "-A");
  try {
    git("commit", "--quiet", "-m", "any");
    return true;
  } catch {
    return false;
  }
}

test("the hook stops a commit where the scan fails, and lets it pass where it passes or is not there yet", () =>
  inTempRepository((repository) => {
    install(repository.root);
    const wants = "process.exit(process.argv.includes('--staged') ? 1 : 0)";
    assert.not(commits(repository, SCRIPT(wants)));
    assert.ok(commits(repository, SCRIPT("process.exit(0)")));
    assert.ok(commits(repository, "{}"));
  }));

test.run();
