import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inTempFolder } from "./temp_folder.ts";

/** A repository of git's own, with nothing of whoever runs the tests. */
export interface TempRepository {
  readonly root: string;
  git(...words: readonly string[]): string;
  write(path: string, content: string | Uint8Array): void;
}

const AUTHOR = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];

export function inTempRepository(use: (repository: TempRepository) => void | Promise<void>): Promise<void> {
  return inTempFolder(async (root) => {
    const git = (...words: readonly string[]) =>
      execFileSync("git", [...AUTHOR, ...words], {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    const write = (path: string, content: string | Uint8Array) => {
      mkdirSync(dirname(`${root}/${path}`), { recursive: true });
      writeFileSync(`${root}/${path}`, content);
    };
    git("init", "--quiet", "--template=");
    await use({ root, git, write });
  });
}
