import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Makes a folder with all that is missing above it, each by itself: Node's own recursive call never ends in /proc. */
export function makeFolders(folder: string): void {
  for (const outer of missingFolders(dirname(folder)).toReversed()) makeFolder(outer);
  makeFolder(folder);
}

/** What is missing of a path, the innermost first; the root is always taken to be there. */
export function missingFolders(folder: string): readonly string[] {
  const missing: string[] = [];
  for (let outer = folder; outer !== dirname(outer) && !existsSync(outer); outer = dirname(outer)) {
    missing.push(outer);
  }
  return missing;
}

/** One that is there already, or that somebody else has made in the meantime, does as well. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw error;
  }
}

/** A night that began in the meantime keeps its folder. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // it holds something, or was never made
  }
}
