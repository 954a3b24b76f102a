/** The hook that looks for secrets before each commit, put where git looks for hooks. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

/** Worktrees share their hooks, and an older one has no such script: there it passes. */
const COMMAND = "npm run --if-present --silent secrets -- --staged";
const OURS = "#!/bin/sh\n# NORE looks for secrets in what is about to be committed, docs/secrets.md";
const HOOK = `${OURS}\nexec ${COMMAND}\n`;

/** Gives the exit code. A hook of somebody else stays as it is. */
export function installHook(root: string, print: (line: string) => void): number {
  const path = `${hooksFolder(root)}/pre-commit`;
  const present = existsSync(path) ? readFileSync(path, "utf8") : null;
  if (present !== null && !present.startsWith(OURS)) {
    print(`${path} is there already and is not ours. Add this line to it: ${COMMAND} || exit 1`);
    return 1;
  }
  mkdirSync(resolve(path, ".."), { recursive: true });
  writeFileSync(path, HOOK);
  chmodSync(path, 0o755);
  print(`${present === HOOK ? "already there" : "installed"}: ${path}`);
  return 0;
}

/** Also right in a worktree, and where core.hooksPath says another. */
function hooksFolder(root: string): string {
  const answer = execFileSync("git", ["rev-parse", "--git-path", "hooks"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return resolve(root, answer.replace(/\n$/, ""));
}
