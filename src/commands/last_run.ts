import { existsSync } from "node:fs";
import { openArtefact } from "../core/journal_line.ts";
import { readText } from "../edge/package_files.ts";
import { realFiles as files } from "../edge/real_files.ts";
import { segmentNames } from "../sinks/log_reader.ts";

/** The run that a var folder has last seen begin; null for none. */
export function lastRunOf(varFolder: string): string | null {
  const path = `${varFolder}/current.json`;
  return existsSync(path) ? String(openArtefact(readText(path))["run_id"]) : null;
}

/** The same, where its first event has reached the disk: before that there is nothing to go on with. */
export function lastLoggedRunOf(varFolder: string): string | null {
  const runId = lastRunOf(varFolder);
  const folder = `${varFolder}/runs/${runId}/queues/lifecycle`;
  if (runId === null || !files.exists(folder)) return null;
  const [first] = segmentNames(files, folder, "inbox");
  const beginning = first === undefined
    ? null
    : files.readPart(`${folder}/${first}`, 0, FIRST_LINE_BYTES_MAX);
  return beginning?.includes(NEWLINE) === true ? runId : null;
}

const NEWLINE = 10;
/** Far more than the event is long that says how a night has begun. */
const FIRST_LINE_BYTES_MAX = 65_536;
