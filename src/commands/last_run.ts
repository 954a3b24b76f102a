import { existsSync } from "node:fs";
import { openArtefact } from "../core/journal_line.ts";
import { readText } from "../edge/package_files.ts";

/** The run that a var folder has last seen begin; null for none. */
export function lastRunOf(varFolder: string): string | null {
  const path = `${varFolder}/current.json`;
  return existsSync(path) ? String(openArtefact(readText(path))["run_id"]) : null;
}
