/** The files that git has in a repository: as they lie on the disk, or as they would be committed. */
import { execFileSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";

export interface RepositoryFiles {
  /** All that are looked at. */
  readonly paths: readonly string[];
  /** null where there is no regular file of that name. */
  read(path: string): Uint8Array | null;
}

const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

function git(root: string, ...words: readonly string[]): Uint8Array {
  return execFileSync("git", words, {
    cwd: root,
    maxBuffer: ANSWER_BYTES_MAX,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function namesIn(answer: Uint8Array): readonly string[] {
  return new TextDecoder().decode(answer).split("\0").filter((name) => name !== "");
}

export function trackedFiles(root: string): RepositoryFiles {
  return {
    paths: namesIn(git(root, "ls-files", "-z")),
    read: (path) => {
      const whole = `${root}/${path}`;
      const isFile = lstatSync(whole, { throwIfNoEntry: false })?.isFile() ?? false;
      return isFile ? new Uint8Array(readFileSync(whole)) : null;
    },
  };
}

/** A link's text counts as a file here, and a submodule as none. */
export function stagedFiles(root: string): RepositoryFiles {
  const changed = git(
    root,
    "diff",
    "--cached",
    "--name-only",
    "--relative",
    "--no-renames",
    "--diff-filter=ACMT",
    "-z",
  );
  const read = (path: string): Uint8Array | null => {
    const [mode, hash] = new TextDecoder().decode(
      git(root, "ls-files", "--stage", "-z", "--", `:(literal)${path}`),
    )
      .split(/[ \t]/);
    if (hash === undefined || mode === SUBMODULE) return null;
    return git(root, "cat-file", "blob", hash);
  };
  return { paths: namesIn(changed), read };
}

const SUBMODULE = "160000";
