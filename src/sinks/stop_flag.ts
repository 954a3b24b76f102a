import { openArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { writeArtefact } from "./atomic_file.ts";

/** The latch of `var`: while it is there no night starts. Any content counts, an empty file too. */
export interface StopNotice {
  readonly run_id: string;
  readonly ts: number;
  readonly component: string;
  readonly reason_code: string;
  readonly detail: string;
}

const QUOTE_CHARACTERS_MAX = 4096;
const READ_BYTES_MAX = 65_536;

/** The latch's text, redacted and cut; null where there is none. */
export function readLatch(files: Files, varFolder: string): string | null {
  const path = `${varFolder}/STOP.flag`;
  if (!files.exists(path)) return null;
  const bytes = readIfPossible(files, path);
  if (bytes === null) return UNREADABLE;
  // Redacted before it is cut, else half a secret at the cut would look like none.
  return redact(new TextDecoder().decode(bytes.subarray(0, READ_BYTES_MAX))).slice(0, QUOTE_CHARACTERS_MAX);
}

/** It counts all the same: a folder, or a file that we may not read, is a latch. */
const UNREADABLE = "(it cannot be read)";

function readIfPossible(files: Files, path: string): Uint8Array | null {
  try {
    return files.read(path);
  } catch {
    return null;
  }
}

/** What a latch says, for a person: code and reason where it is one of ours, else its own words. */
export function describeLatch(text: string): string {
  const notice = noticeIn(text);
  if (notice !== null) return `${notice.reason_code} (${notice.component}): ${notice.detail}`;
  return text.trim() === "" ? "(nothing)" : text.trim();
}

/** The reason alone, for the journal; empty where the latch gives none. */
export function latchReason(text: string): string {
  return noticeIn(text)?.detail ?? text.trim();
}

/** What one of our own latches or copies says; null where the words are somebody else's. */
export function noticeIn(text: string): StopNotice | null {
  try {
    const notice = JSON.parse(text) as StopNotice | null;
    return notice?.reason_code === undefined ? null : notice;
  } catch {
    return null;
  }
}

/** What latches of our own said that were lifted since. Throws where what is kept of one cannot be read. */
export function liftedNotices(files: Files, varFolder: string): readonly StopNotice[] {
  const folder = `${varFolder}/unlatched`;
  if (!files.exists(folder)) return [];
  const paths = files.list(folder).filter((name) => name.endsWith(".json")).map((name) =>
    `${folder}/${name}`
  );
  return paths.map((path) => liftedNotice(files, path)).filter((notice) => notice !== null);
}

function liftedNotice(files: Files, path: string): StopNotice | null {
  try {
    const { flag_base64 } = openArtefact(new TextDecoder().decode(files.read(path)));
    return noticeIn(Buffer.from(String(flag_base64), "base64").toString("utf8"));
  } catch (error) {
    throw new Error(`${path} does not say what was lifted: ${(error as Error).message}`, { cause: error });
  }
}

/** Sets the latch unless somebody has set it before: their words are not overwritten. */
export function writeLatch(files: Files, varFolder: string, notice: StopNotice): void {
  if (files.exists(`${varFolder}/STOP.flag`)) return;
  writeArtefact(files, `${varFolder}/STOP.flag`, { schema: "nore/stop_flag", v: 1, ...notice });
}

/** The same, and where the words cannot be written an empty one, which latches as well. */
export function setLatch(files: Files, varFolder: string, notice: StopNotice): void {
  try {
    writeLatch(files, varFolder, notice);
  } catch (error) {
    files.append(`${varFolder}/STOP.flag`).close(); // it needs no room
    throw error;
  }
}

/** The run's own artefact, which quotes the latch. */
export function writeStopCopy(
  files: Files,
  runFolder: string,
  notice: StopNotice,
  latch: string | null,
): void {
  writeArtefact(files, `${runFolder}/STOP.flag`, { schema: "nore/stop_flag", v: 1, ...notice, latch });
}
