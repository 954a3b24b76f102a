import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { sha256Hex } from "../core/sha256.ts";

/** Which program this is: the commit, whether the tree differs from it, and the hash of the source itself. */
export interface CodeVersion {
  readonly commit: string | null;
  /** null where git cannot be asked. */
  readonly dirty: boolean | null;
  readonly source_sha256: string;
}

export function codeVersion(root: string): CodeVersion {
  const lines = sourceFiles(root).map((path) => `${sha256Hex(readFileSync(`${root}/${path}`))}  ${path}\n`);
  const commit = git(root, ["rev-parse", "HEAD"]);
  const status = commit === null ? null : git(root, ["status", "--porcelain"]);
  return { commit, dirty: status === null ? null : status !== "", source_sha256: sha256Hex(lines.join("")) };
}

function sourceFiles(root: string): readonly string[] {
  const walk = (folder: string): string[] =>
    readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? walk(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]
    );
  return [...walk("src"), "package.json"].sort();
}

function git(root: string, words: readonly string[]): string | null {
  if (!existsSync(`${root}/.git`)) return null;
  try {
    const stdio: ("ignore" | "pipe")[] = ["ignore", "pipe", "ignore"];
    return execFileSync("git", ["-C", root, ...words], { encoding: "utf8", stdio }).trim();
  } catch {
    return null; // no git here, or (Deno) no grant to run it: the version says null, the source hash still stands
  }
}
